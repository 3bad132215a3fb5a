using System.Globalization;
using System.Text;
using CdcLake.Common;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>Names of loads and transactions, and what becomes of them.</summary>
internal sealed class Labels(ClusterConnection connection, TimeProvider clock)
{
    public const string Prepare = "PREPARE";
    public const string Prepared = "PREPARED";
    public const string Committed = "COMMITTED";
    public const string Visible = "VISIBLE";
    public const string Aborted = "ABORTED";
    public const string Unknown = "UNKNOWN";
    private readonly LoadCalls _calls = connection.Calls(clock);

    /// <summary>A label by what it is for: letters, digits and underscores, at most 128, different for other rows.</summary>
    /// <param name="of">Table, or pipeline and database.</param>
    /// <param name="number">Of the commit.</param>
    /// <param name="run">Whose commit.</param>
    /// <param name="kind">One letter.</param>
    public static string Of(string of, long number, string run, char kind) =>
        string.Create(CultureInfo.InvariantCulture, $"cdclake_{Hash64.Of(Encoding.UTF8.GetBytes(of)):x16}_{number}_{run}_{kind}");

    /// <summary>A token that no other run has.</summary>
    public static string NewRun() => RandomIds.PositiveInt64().ToString("x16", CultureInfo.InvariantCulture);

    public static bool IsOpen(string state) => state is Prepare or Prepared;

    public static bool IsDone(string state) => state is Committed or Visible;

    /// <summary>Where a transaction stands, however often that has to be asked.</summary>
    /// <exception cref="StarRocksLoadException">No frontend says (transient).</exception>
    public async Task<string> StateAsync(string database, string label, CancellationToken cancellationToken)
    {
        var patience = connection.Patience(clock);
        while (true)
        {
            var reply = await _calls.StateAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (reply is { IsOk: true, State: { } state })
            {
                return state.ToUpperInvariant();
            }

            if (!await patience.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new StarRocksLoadException($"Nobody says what became of the load {label} in database {database}: {reply.Message}.") { IsTransient = true, Label = label };
            }
        }
    }

    /// <summary>Makes sure that a transaction is over: aborts it unless it is committed.</summary>
    /// <returns>Where it stands then: not open.</returns>
    /// <exception cref="StarRocksLoadException">It cannot be ended (transient).</exception>
    public async Task<string> EndAsync(string database, string label, CancellationToken cancellationToken)
    {
        var patience = connection.Patience(clock);
        while (true)
        {
            var state = await StateAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (!IsOpen(state))
            {
                return state;
            }

            var reply = await _calls.RollbackAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (!reply.IsOk)
            {
                reply = await _calls.CancelAsync(database, label, cancellationToken).ConfigureAwait(false);
            }

            if (!reply.IsOk && !await patience.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                throw new StarRocksLoadException($"The load {label} in database {database} cannot be aborted: {reply.Message}.") { IsTransient = true, Label = label };
            }
        }
    }

    /// <summary>Waits until what is committed is visible, or the time for retries is over: then it becomes visible later.</summary>
    /// <returns>True when it is visible.</returns>
    public async Task<bool> IsVisibleSoonAsync(string database, string label, CancellationToken cancellationToken)
    {
        var patience = connection.Patience(clock);
        while (await StateAsync(database, label, cancellationToken).ConfigureAwait(false) == Committed)
        {
            if (!await patience.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Waits until what is committed is visible: what comes next relies on it.</summary>
    /// <exception cref="StarRocksLoadException">The time for retries is over (transient).</exception>
    public async Task RequireVisibleAsync(TableName table, string label, CancellationToken cancellationToken)
    {
        if (!await IsVisibleSoonAsync(table.Database, label, cancellationToken).ConfigureAwait(false))
        {
            throw new StarRocksLoadException($"The last commit to StarRocks table {table} is not visible yet (label {label}): the cluster publishes it late.") { IsTransient = true, Label = label };
        }
    }

    /// <summary>
    /// One load under a label that stands for just these rows, sent until it is certain that it is committed. An answer that was lost is looked up by the label; a load that still runs is
    /// waited for, and cancelled when that takes too long.
    /// </summary>
    /// <exception cref="StarRocksLoadException">It was refused, or the time for retries is over before it is visible (transient).</exception>
    public async Task LoadAsync(LoadPiece piece, string label, CancellationToken cancellationToken)
    {
        var database = piece.Table.Database;
        var patience = connection.Patience(clock);
        while (true)
        {
            var reply = await _calls.StreamLoadAsync(piece, label, cancellationToken).ConfigureAwait(false);
            if (reply.IsOk)
            {
                return;
            }

            if (reply.IsPublishTimeout)
            {
                break;
            }

            if (LoadErrors.IsLasting(reply))
            {
                throw await LoadErrors.OfAsync(_calls, reply, piece.Table, label, cancellationToken).ConfigureAwait(false);
            }

            var state = await StateAsync(database, label, cancellationToken).ConfigureAwait(false);
            if (IsDone(state))
            {
                break;
            }

            if (!await patience.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                if (IsDone(await EndAsync(database, label, cancellationToken).ConfigureAwait(false)))
                {
                    break;
                }

                throw await LoadErrors.OfAsync(_calls, reply, piece.Table, label, cancellationToken).ConfigureAwait(false);
            }
        }

        await RequireVisibleAsync(piece.Table, label, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error of a refusal.</summary>
    public Task<StarRocksLoadException> ErrorAsync(LoadReply reply, TableName table, string label, CancellationToken cancellationToken) =>
        LoadErrors.OfAsync(_calls, reply, table, label, cancellationToken);
}
