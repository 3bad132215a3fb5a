using CdcLake.Common;
using CdcLake.Testing.Crashes;
using CdcLake.Testing.Linq;
using CdcLake.Testing.Results;
using CdcLake.Testing.Runs;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>
/// Runs a pipeline as the application builds it, in the process of a test and without any server: its plan, operators, channels, checkpoints and sinks are the real ones; MySQL, object stores,
/// Iceberg catalogs and StarRocks are in memory. A write is done when every target shows it, so that nothing waits for time. Views, and sinks that are classes of the application, are used as they are.
/// Same calls and same <see cref="PipelineHarnessOptions.Seed"/>, same run. Safe for concurrent use; any number of harnesses run side by side, each over a pipeline of its own.
/// </summary>
public sealed class PipelineHarness : IAsyncDisposable
{
    private const ulong PassesOfACommit = 6;

    private readonly AsyncLock _turn = new();
    private readonly Pipeline _pipeline;
    private readonly PipelineHarnessOptions _options;
    private readonly TimeProvider _clock;
    private readonly HarnessServers _servers;
    private readonly CrashPlan _crashes;
    private readonly HarnessSinks _sinks;
    private readonly HarnessRuns _runs;

    private PipelineHarness(Pipeline pipeline, PipelineHarnessOptions options)
    {
        var definition = pipeline.Definition;
        _pipeline = pipeline;
        _options = options;
        _clock = options.TimeProvider ?? definition.Options.TimeProvider;
        _crashes = new CrashPlan(options.Seed, options.CrashRate);
        _servers = HarnessServers.Start(definition, options, _clock);
        _sinks = new HarnessSinks(definition, _servers);
        _ = definition.Plan.Database is null ? _sinks.Now : []; // what does not fit its tables is said at once
        _runs = new HarnessRuns(pipeline, _servers, _crashes, options, _clock);
    }

    /// <summary>Starts a pipeline that is not running and was not run before.</summary>
    /// <param name="pipeline">What <c>Build</c> gave. Stays the caller's; nothing that it names outside of the process is touched.</param>
    /// <param name="configure">Changes the defaults of <see cref="PipelineHarnessOptions"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Done when every target shows the tables' rows.</returns>
    /// <exception cref="SchemaMismatchException">The pipeline does not fit its tables.</exception>
    /// <exception cref="TableRowException">A table is not known, or a row does not fit it.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public static async Task<PipelineHarness> StartAsync(Pipeline pipeline, Action<PipelineHarnessOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var options = new PipelineHarnessOptions();
        configure?.Invoke(options);
        options.Validate();
        var harness = new PipelineHarness(pipeline, options);
        try
        {
            await harness.SettleAsync(cancellationToken).ConfigureAwait(false);
            return harness;
        }
        catch
        {
            await harness.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What chance was decided by; see <see cref="PipelineHarnessOptions.Seed"/>.</summary>
    public int Seed => _options.Seed;

    /// <summary>How often the pipeline was killed and started again.</summary>
    public int Crashes => _crashes.Crashes;

    /// <summary>What the process that runs now says of itself.</summary>
    public PipelineStatus Status => _runs.Current.Pipeline.Status;

    /// <summary>All transactions so far, as <c>gtid_executed</c> of the server would print them; <c>none</c> before the first one.</summary>
    public string Gtid => _servers.MySql.Position.ToString();

    /// <summary>The StarRocks cluster that stands behind the pipeline's StarRocks targets; null when it has none.</summary>
    public FakeStarRocks? StarRocks => _servers.StarRocks;

    /// <summary>The server in memory, for tests that tamper with it.</summary>
    internal MemoryDatabase Database => _servers.Database;

    /// <summary>The plan with the types of the tables' columns.</summary>
    public string Explain() => _runs.Current.Pipeline.Explain();

    /// <summary>The same as objects: what is kept and where, by which keys, in which order.</summary>
    public PlanDescription Describe() => _runs.Current.Pipeline.Describe();

    /// <summary>A table of the server in memory, written and read by rows of a type.</summary>
    /// <typeparam name="T">A row type with a property for each column that is written.</typeparam>
    /// <param name="name">Qualified name: <c>appdb.sales</c>.</param>
    /// <exception cref="TableRowException">There is no such table, or the type does not fit it.</exception>
    public HarnessTable<T> Table<T>(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new HarnessTable<T>(this, _servers.Database, name);
    }

    /// <summary>A table of the server in memory, written and read by dictionaries from column names to values.</summary>
    /// <param name="name">Qualified name: <c>testdb.users</c>.</param>
    /// <exception cref="TableRowException">There is no such table.</exception>
    public HarnessTable<IReadOnlyDictionary<string, object?>> Table(string name) => Table<IReadOnlyDictionary<string, object?>>(name);

    /// <summary>Writes several rows, of any tables, as one transaction of the log.</summary>
    /// <param name="write">Its statements. What it throws rolls everything back.</param>
    /// <param name="cancellationToken">Ends the waiting, not the transaction.</param>
    /// <returns>The transaction's GTID, once every target shows it.</returns>
    /// <exception cref="TableRowException">A statement cannot be executed; nothing was written.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed over it.</exception>
    public async Task<string> TransactionAsync(Action<HarnessTransaction> write, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        var transaction = new HarnessTransaction(_servers.Database, _clock);
        try
        {
            write(transaction);
        }
        finally
        {
            transaction.End();
        }

        var gtid = _servers.MySql.Commit(transaction.Statements, _clock.GetUtcNow());
        await _runs.SettleAsync(cancellationToken).ConfigureAwait(false);
        return gtid;
    }

    /// <summary>
    /// Runs a statement that makes, changes or drops tables: CREATE TABLE (LIKE too), ALTER TABLE with columns and the primary key, RENAME, TRUNCATE and DROP TABLE. The pipeline follows it as it
    /// would follow a server's: in place, by reading tables anew, or by an error that says why it cannot.
    /// </summary>
    /// <param name="sql">With the names of databases: <c>ALTER TABLE appdb.sales ADD COLUMN note VARCHAR(40)</c>.</param>
    /// <param name="cancellationToken">Ends the waiting, not the statement.</param>
    /// <returns>The statement's GTID, once every target stands behind it.</returns>
    /// <exception cref="TableRowException">It is not understood, or the server would refuse it; nothing was done.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline cannot go on with it.</exception>
    public async Task<string> ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        _sinks.Remember();
        var gtid = _servers.MySql.Execute(sql, _clock);
        await _runs.SettleAsync(cancellationToken).ConfigureAwait(false);
        return gtid;
    }

    /// <summary>The rows of a target now, in the order of its key.</summary>
    /// <typeparam name="T">A type with a property for each column that is wanted.</typeparam>
    /// <param name="target">The Iceberg or StarRocks table, <c>demo.sales_by_product</c>; or the sink where two targets have one name, <c>starrocks(demo.sales_by_product)</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The pipeline has no such target, or several.</exception>
    /// <exception cref="SchemaMismatchException">The type does not fit the result.</exception>
    public async Task<IReadOnlyList<T>> RowsAsync<T>(string target, CancellationToken cancellationToken = default)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await _runs.SettleAsync(cancellationToken).ConfigureAwait(false);
        return await _sinks.Of(target).ReadAsync<T>(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What an operator keeps now: how many rows of each side of a join, how many groups of an aggregate, and how large that is, all partitions together and wherever it lies.</summary>
    /// <param name="operatorName">As in <see cref="OperatorDescription.Name"/>: <c>join(appdb.sales,appdb.products)</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The plan has no such operator, or it keeps nothing.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public Task<IReadOnlyList<StateStore>> StateAsync(string operatorName, CancellationToken cancellationToken = default) =>
        StateAsync(r => r.StoresAsync(operatorName, cancellationToken), cancellationToken);

    /// <summary>
    /// The rows that an operator keeps now, each as often as it is kept, in the order of their columns. It is read from a checkpoint that the call has the pipeline make, as a restart would: reading
    /// costs the running pipeline nothing, and what is read is what the next process would have.
    /// </summary>
    /// <typeparam name="T">A type with a property for each column that is wanted (see <see cref="StateStore.Columns"/>), or <see cref="Row"/>.</typeparam>
    /// <param name="operatorName">As in <see cref="OperatorDescription.Name"/>: <c>join(appdb.sales,appdb.products)</c>.</param>
    /// <param name="store">As in <see cref="StateStore.Name"/>: <c>left</c>; null where it keeps one thing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The plan has no such operator, it keeps nothing, or not that.</exception>
    /// <exception cref="SchemaMismatchException">The type does not fit the rows.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public Task<IReadOnlyList<T>> StateRowsAsync<T>(string operatorName, string? store = null, CancellationToken cancellationToken = default) =>
        StateAsync(r => r.RowsAsync<T>(operatorName, store, cancellationToken), cancellationToken);

    /// <summary>An Iceberg table that the pipeline writes, in memory, with all that can be read of one: rows at a GTID, snapshots, changes, files.</summary>
    /// <param name="name">Namespace and table: <c>demo.sales_by_product</c>.</param>
    /// <exception cref="ArgumentException">The pipeline writes no such table.</exception>
    public IcebergTable IcebergTable(string name) =>
        _sinks.Of(name).Iceberg ?? throw new ArgumentException($"{name} is no Iceberg table.", nameof(name));

    /// <summary>Waits until every target shows all transactions. Writes do that by themselves; this is for an error that came without one.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken = default)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await _runs.SettleAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Has the pipeline killed within what is written next, as by <c>kill -9</c>, and started again; the write is done when the new process shows it. A write during which the pipeline does not come
    /// by the point fails.
    /// </summary>
    /// <param name="point">Where.</param>
    /// <param name="pass">Which time it comes by there; 1 is the next.</param>
    public void CrashAt(CrashPoint point, int pass = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pass);
        _crashes.Arm(point, pass);
    }

    /// <summary>
    /// Kills the pipeline within a commit and checkpoint of a position, at a point that the seed chooses, starts it again, and compares the rows of every Iceberg and StarRocks target with
    /// those of before. To kill it within a commit of rows, use <see cref="CrashAt"/>.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RowMismatchException">Rows were lost, doubled or changed.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public async Task CrashAndRestartAsync(CancellationToken cancellationToken = default)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await _runs.SettleAsync(cancellationToken).ConfigureAwait(false);
        var before = await TextsAsync(cancellationToken).ConfigureAwait(false);
        var chance = Hash64.Of(Hash64.Combine((ulong)Seed, ~(ulong)_servers.MySql.Count));
        _crashes.Arm(null, 1 + (int)(chance % PassesOfACommit));
        _servers.MySql.Commit(new MemoryTransaction(_clock), _clock.GetUtcNow());
        await _runs.SettleAsync(cancellationToken, killsAtLast: true).ConfigureAwait(false);
        var after = await TextsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var ((sink, expected), (_, actual)) in before.Zip(after))
        {
            Compare(sink.Name, "what it was before the crash", expected, actual);
        }
    }

    /// <summary>
    /// Compares every Iceberg and StarRocks target and every view with the pipeline's query over the tables as they are now, evaluated from nothing: no changes, no state, no restart. What was
    /// kept up to date change by change has to be the same. Tables are compared with the application's own lambdas too, run by LINQ to Objects over rows of its types, wherever these mean the same
    /// in C# as in MySQL; the result says where they do not. Sinks that are classes of the application are left out.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was compared with LINQ, and what was not.</returns>
    /// <exception cref="RowMismatchException">They differ.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed.</exception>
    public async Task<BatchComparison> AssertMatchesBatchAsync(CancellationToken cancellationToken = default)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await _runs.SettleAsync(cancellationToken).ConfigureAwait(false);
        var sinks = _sinks.Now;
        if (_pipeline.Definition.Plan.Database is not null)
        {
            foreach (var sink in sinks)
            {
                Compare(sink.Name, $"table {sink.Replicates} as it is", SinkTable.TextsOf(_servers.Database.Table(sink.Replicates!)), await sink.ReadTextsAsync(cancellationToken).ConfigureAwait(false));
            }

            return new BatchComparison([.. sinks.Select(s => s.Name)], new Dictionary<string, string>());
        }

        var targets = sinks.Select(s => new CollectingTarget(s.Name, s.TextOf)).ToList();
        await BatchRun.RunAsync(_pipeline.Definition, _servers.Database.Copy(), targets, _clock, _options.Timeout, cancellationToken).ConfigureAwait(false);
        foreach (var (sink, target) in sinks.Zip(targets).Where(p => p.First.IsReadable))
        {
            Compare(sink.Name, "the query over the tables as they are", target.Rows, await sink.ReadTextsAsync(cancellationToken).ConfigureAwait(false));
        }

        var linq = new LinqCheck(_servers.Database);
        foreach (var (sink, query) in sinks.Zip(_pipeline.Definition.Plan.Sinks))
        {
            if (await linq.RowsAsync(sink, query.Written, cancellationToken).ConfigureAwait(false) is var (expected, actual))
            {
                Compare(sink.Name, "the query over the tables as they are, by LINQ", expected, actual);
            }
        }

        return linq.Result;
    }

    /// <summary>Ends the pipeline without waiting for anything, and all servers with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _runs.DisposeAsync().ConfigureAwait(false);
        await _servers.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<T>> StateAsync<T>(Func<StateReader, Task<IReadOnlyList<T>>> read, CancellationToken cancellationToken)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        await _runs.SettleAsync(cancellationToken, checkpoints: true).ConfigureAwait(false);
        return await read(new StateReader(_runs.Current.Pipeline, _servers.Checkpoints, _clock)).ConfigureAwait(false);
    }

    private async Task<List<(SinkTable Sink, IReadOnlyList<string> Rows)>> TextsAsync(CancellationToken cancellationToken)
    {
        var all = new List<(SinkTable, IReadOnlyList<string>)>();
        foreach (var sink in _sinks.Now.Where(s => s.IsReadable))
        {
            all.Add((sink, await sink.ReadTextsAsync(cancellationToken).ConfigureAwait(false)));
        }

        return all;
    }

    private void Compare(string sink, string expectation, IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var (missing, unexpected) = (RowText.Except(expected, actual), RowText.Except(actual, expected));
        if (missing.Count + unexpected.Count > 0)
        {
            throw new RowMismatchException(Seed, sink, expectation, missing, unexpected);
        }
    }
}
