using System.Globalization;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.StartPoints;

/// <summary>Finds the position that a start point means on a server: always the exact end of a transaction in its log, as the set of all transactions up to there.</summary>
/// <param name="session">At the server.</param>
/// <param name="scanner">Reads its log.</param>
internal sealed class StartResolver(ServerSession session, LogScanner scanner)
{
    private const long FirstPosition = 4; // behind the magic bytes of a file
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly IServerDialect _dialect = ServerDialects.Of(session);

    /// <returns>Where the log is read on from, with what is to be told of it.</returns>
    /// <exception cref="BinlogUnavailableException">The server does not have the log from there on any more, or not yet; the message says from where it has.</exception>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public async Task<MySqlPosition> ResolveAsync(StartPoint point, CancellationToken cancellationToken)
    {
        var position = point switch
        {
            StartPoint.Latest => await FindLatestAsync(cancellationToken).ConfigureAwait(false),
            StartPoint.Earliest => new MySqlPosition((await ReadSetsAsync(cancellationToken).ConfigureAwait(false)).Purged),
            StartPoint.AfterGtids after => new MySqlPosition(await CheckAsync(after.Set, cancellationToken).ConfigureAwait(false)),
            StartPoint.AtPlace place => await FindPlaceAsync(place, cancellationToken).ConfigureAwait(false),
            StartPoint.AtTime at => await FindTimeAsync(at.Time, cancellationToken).ConfigureAwait(false),
            _ => throw new ArgumentOutOfRangeException(nameof(point), point, "Not a start point that is known here."),
        };
        return new MySqlPosition(position.Executed, position.File, position.Offset, since: position.Executed);
    }

    private Task<(GtidSet Purged, GtidSet Executed)> ReadSetsAsync(CancellationToken cancellationToken) => _dialect.ReadSetsAsync(session, cancellationToken);

    // Rows of an XA transaction stand in the log where it is prepared. One that is not decided yet has to be read from there, which the newest file tells.
    private async Task<MySqlPosition> FindLatestAsync(CancellationToken cancellationToken)
    {
        var open = await _dialect.ListPreparedAsync(session, cancellationToken).ConfigureAwait(false);
        var (_, executed) = await ReadSetsAsync(cancellationToken).ConfigureAwait(false);
        open.UnionWith(await _dialect.ListPreparedAsync(session, cancellationToken).ConfigureAwait(false));
        if (open.Count == 0)
        {
            return new MySqlPosition(executed);
        }

        var files = await LogFiles.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var (scan, _) = await scanner.ReadAsync(files[^1].Name, _ => false, cancellationToken).ConfigureAwait(false);
        using (scan)
        {
            open.RemoveWhere(scan.Knows);
            return open.Count == 0 ? new MySqlPosition(scan.Ended, scan.File, scan.Offset) : throw new BinlogUnavailableException(
                $"XA transaction {open.First()} was prepared on {session.Peer} in a log file before {files[^1].Name} and is not decided yet (XA RECOVER lists it): a pipeline that begins now would miss "
                + "its rows. Commit it or roll it back: the pipeline then begins.") { IsTransient = true };
        }
    }

    private async Task<GtidSet> CheckAsync(GtidSet set, CancellationToken cancellationToken)
    {
        if (!_dialect.Knows(set))
        {
            throw new BinlogUnavailableException(
                $"The start point {set} names transactions of {(set.IsOfDomains ? "MariaDB" : "MySQL")}, and {session.Peer} is {_dialect.Requirements.Product}, whose transactions have other names. Give a set of this server.");
        }

        var (purged, executed) = await ReadSetsAsync(cancellationToken).ConfigureAwait(false);
        if (!set.Covers(purged))
        {
            throw new BinlogUnavailableException(
                $"The start point {set} asks for transactions that {session.Peer} has purged from its log: {purged.Subtract(set)}. A GTID set names all transactions that are not to be read, "
                + $"as ranges from 1 on. Start with {nameof(MySqlStart)}.{nameof(MySqlStart.Earliest)}, at a set that includes these, or with a snapshot.");
        }

        return executed.Covers(set) ? set : throw new BinlogUnavailableException(
            $"The start point {set} lies in the future of {session.Peer}, which has not executed {set.Subtract(executed)} of it: it is another server's, mistyped, or this replica is behind. "
            + $"Check the set against SELECT @@GLOBAL.gtid_executed; there, or start with {nameof(MySqlStart)}.{nameof(MySqlStart.Latest)}.");
    }

    private async Task<MySqlPosition> FindPlaceAsync(StartPoint.AtPlace place, CancellationToken cancellationToken)
    {
        var files = await LogFiles.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var asked = string.Create(CultureInfo.InvariantCulture, $"The start point {place.File}:{place.Offset}");
        if (!files.Any(f => f.Name == place.File))
        {
            var isOld = files.Count > 0 && LogFile.NumberOf(place.File) < files[0].Number;
            throw new BinlogUnavailableException(
                $"{asked} is in a file that {session.Peer} {(isOld ? "has purged" : "does not have")}: its log goes from {files[0].Name} to {files[^1].Name}. Start in one of these files, "
                + $"with {nameof(MySqlStart)}.{nameof(MySqlStart.Earliest)}, or with a snapshot.");
        }

        var file = files.First(f => f.Name == place.File);
        if (place.Offset > file.Size)
        {
            throw new BinlogUnavailableException(string.Create(
                CultureInfo.InvariantCulture, $"{asked} lies in the future of {session.Peer}, where {file.Name} has {file.Size} bytes. Start at {file.Size} or before, where a transaction ends."));
        }

        var (scan, isFound) = await scanner.ReadAsync(
            place.File, s => s.HasBegun && (s.File != place.File || s.Offset >= place.Offset), cancellationToken).ConfigureAwait(false);
        using (scan)
        {
            var isMet = isFound && scan.File == place.File && scan.Offset == place.Offset;
            var isWholeFile = scan.File != place.File && place.Offset == file.Size;
            return place.Offset == FirstPosition || ((isMet || isWholeFile) && scan.Open is null)
                ? new MySqlPosition(scan.Ended, place.File, place.Offset)
                : throw new BinlogUnavailableException($"{asked} is not the end of a transaction in the log of {session.Peer}. {Near(scan)}");
        }
    }

    private static string Near(TransactionScan scan) => scan.Open is { } open
        ? string.Create(CultureInfo.InvariantCulture, $"Transaction {open.Gtid} goes from {scan.OpenAt} to {scan.OpenAt + open.Length}: start at one of these.")
        : string.Create(CultureInfo.InvariantCulture, $"The nearest one behind it is {scan.File}:{scan.Offset}; SHOW BINLOG EVENTS IN '{scan.File}' lists others.");

    private async Task<MySqlPosition> FindTimeAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var now = await ServerClock.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        if (time > now)
        {
            throw new BinlogUnavailableException(string.Create(
                CultureInfo.InvariantCulture,
                $"The start point {time:O} lies in the future of {session.Peer}, whose clock says {now:O}. Give a time up to now, with its offset from UTC, or start with {nameof(MySqlStart)}.{nameof(MySqlStart.Latest)}."));
        }

        var file = await FindFileAsync(time, cancellationToken).ConfigureAwait(false);
        var micros = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var (scan, _) = await scanner.ReadAsync(file, s => s.Open is { } open && open.CommitMicroseconds >= micros, cancellationToken).ConfigureAwait(false);
        using (scan)
        {
            return new MySqlPosition(scan.Ended, scan.File, scan.Open is null ? scan.Offset : scan.OpenAt);
        }
    }

    // The last file that was begun before the time, of which the log tells the second only: the first transaction of that time is written to it, or to one behind it.
    private async Task<string> FindFileAsync(DateTimeOffset time, CancellationToken cancellationToken)
    {
        var files = await LogFiles.ReadAsync(session, cancellationToken).ConfigureAwait(false);
        var (low, high) = (0, files.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            var (begun, _) = await ReadHeadAsync(files[middle].Name, cancellationToken).ConfigureAwait(false);
            (low, high) = begun + Second <= time ? (middle, high) : (low, middle - 1);
        }

        if (low == 0)
        {
            var (begun, before) = await ReadHeadAsync(files[0].Name, cancellationToken).ConfigureAwait(false);
            if (begun + Second > time && !before.IsEmpty)
            {
                throw new BinlogUnavailableException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The start point {time:O} lies before the log of {session.Peer}, which was purged up to {files[0].Name}, begun at {begun:O}. Start at that time or later, with ")
                    + $"{nameof(MySqlStart)}.{nameof(MySqlStart.Earliest)}, or with a snapshot.");
            }
        }

        return files[low].Name;
    }

    private async Task<(DateTimeOffset Begun, GtidSet Before)> ReadHeadAsync(string file, CancellationToken cancellationToken)
    {
        var (scan, _) = await scanner.ReadAsync(file, s => s.HasBegun, cancellationToken).ConfigureAwait(false);
        using (scan)
        {
            return (scan.Begun, scan.Ended);
        }
    }
}
