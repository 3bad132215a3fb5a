using System.Globalization;
using CdcLake.Common;
using CdcLake.MySql.Gtids;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.MySql.Log;

/// <summary>The binary log of a server in memory: files of whole transactions, which get consecutive numbers of its UUID. Thread-safe.</summary>
internal sealed class ServerLog
{
    private const string BaseName = "binlog";
    private readonly Lock _lock = new();
    private readonly Signal _grown = new();
    private readonly Dictionary<MemoryTable, StoredRows> _tables = [];
    private readonly List<LogFile> _files = [];
    private readonly GtidSource _source;
    private long _next = 1;
    private int _nextFile = 1;

    /// <param name="uuid">Of the server.</param>
    /// <param name="recorded">Log files of a server that this one has from the start, the oldest first.</param>
    public ServerLog(string uuid, IReadOnlyList<string> recorded)
    {
        _ = GtidSource.TryParse(uuid, out _source) ? 0 : throw new ArgumentException($"\"{uuid}\" is no UUID.", nameof(uuid));
        foreach (var path in recorded)
        {
            var file = LogFile.Recorded(Path.GetFileName(path), File.ReadAllBytes(path), out var executed);
            Purged = _files.Count == 0 ? file.Previous : Purged;
            Executed = Executed.Union(executed);
            _files.Add(file);
            _nextFile = int.TryParse(file.Name.AsSpan(file.Name.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number + 1 : _nextFile;
        }

        foreach (var entry in Executed.Entries)
        {
            _next = entry.Source == _source && entry.Tag.Length == 0 ? entry.Intervals[^1].End : _next;
        }

        _files.Add(new LogFile(NextName(), Executed));
        _files[^1].Publish();
    }

    /// <summary>All transactions so far.</summary>
    public GtidSet Executed { get; private set; } = GtidSet.Empty;

    /// <summary>Those of them that no file has any more.</summary>
    public GtidSet Purged { get; private set; } = GtidSet.Empty;

    /// <summary>Completes when something is added or closed from now on.</summary>
    public Task Grown => _grown.Next;

    /// <summary>Names and sizes of the files, the oldest first.</summary>
    public IReadOnlyList<(string Name, int Length, GtidSet Previous)> Files
    {
        get
        {
            lock (_lock)
            {
                return [.. _files.Select(f => (f.Name, f.Length, f.Previous))];
            }
        }
    }

    /// <summary>Writes a transaction of rows.</summary>
    /// <returns>Its GTID.</returns>
    public string Append(IReadOnlyList<RowChange> changes, DateTimeOffset at) => Append(at, writer => writer.Transaction(t => Write(t, changes)));

    /// <summary>Writes a statement that is a transaction of its own.</summary>
    /// <returns>Its GTID.</returns>
    public string Append(string database, string statement, DateTimeOffset at) => Append(at, writer => writer.Ddl(database, statement));

    /// <summary>Goes on in a new file.</summary>
    public void Rotate()
    {
        lock (_lock)
        {
            var name = NextName();
            _files[^1].Writer.Rotate(name);
            _files[^1].Publish();
            _files[^1].IsClosed = true;
            _files.Add(new LogFile(name, Executed));
            _files[^1].Publish();
            _grown.Raise();
        }
    }

    /// <summary>Deletes all files but the newest.</summary>
    public void Purge()
    {
        lock (_lock)
        {
            _files.RemoveRange(0, _files.Count - 1);
            Purged = _files[0].Previous;
        }
    }

    /// <summary>The newest file that has every transaction which is not in a set; null when some of them are purged.</summary>
    public string? FindStart(GtidSet included)
    {
        lock (_lock)
        {
            return _files.FindLast(f => included.Covers(f.Previous))?.Name;
        }
    }

    /// <summary>What a file has from an offset on; null for a file that is gone. With the name of the next file once all of it is read and no more comes.</summary>
    public (byte[] Bytes, string? Next)? Read(string name, int from)
    {
        lock (_lock)
        {
            var at = _files.FindIndex(f => f.Name == name);
            if (at < 0 || from > _files[at].Length)
            {
                return null;
            }

            var bytes = _files[at].Read(from);
            return (bytes, bytes.Length == 0 && _files[at].IsClosed ? _files[at + 1].Name : null);
        }
    }

    private string Append(DateTimeOffset at, Action<BinlogBuilder> write)
    {
        lock (_lock)
        {
            var (file, gtid) = (_files[^1], new Gtid(_source, "", _next++));
            var micros = (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            (file.Writer.Source, file.Writer.NextNumber) = (_source, gtid.Number);
            (file.Writer.Timestamp, file.Writer.CommitMicroseconds) = ((uint)(micros / 1_000_000), micros);
            write(file.Writer);
            file.Publish();
            Executed = Executed.Add(gtid);
            _grown.Raise();
            return gtid.ToString();
        }
    }

    // Rows of one table that are changed in the same way one after the other are one event, as those of one statement.
    private void Write(BinlogBuilder writer, IReadOnlyList<RowChange> changes)
    {
        const byte Inserts = 30, Updates = 31, Deletes = 32;
        for (var i = 0; i < changes.Count;)
        {
            var (table, type) = (changes[i].Table, TypeOf(changes[i]));
            var rows = RowsOf(table);
            var images = new List<object?[]>();
            for (; i < changes.Count && changes[i].Table == table && TypeOf(changes[i]) == type; i++)
            {
                images.AddRange(new[] { changes[i].Before, changes[i].After }.OfType<object?[]>().Select(rows.Image));
            }

            writer.Rows(type, rows.Table, images);
        }

        static byte TypeOf(RowChange change) => change.Before is null ? Inserts : change.After is null ? Deletes : Updates;
    }

    private StoredRows RowsOf(MemoryTable table)
    {
        if (!_tables.TryGetValue(table, out var rows))
        {
            _tables[table] = rows = new StoredRows(table);
        }

        return rows;
    }

    private string NextName() => string.Create(CultureInfo.InvariantCulture, $"{BaseName}.{_nextFile++:D6}");
}
