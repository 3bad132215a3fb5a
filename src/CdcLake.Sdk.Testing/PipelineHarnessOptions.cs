using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>Settings of a <see cref="PipelineHarness"/>.</summary>
public sealed class PipelineHarnessOptions
{
    private readonly List<MemoryTable> _tables = [];
    private readonly List<Action<MemoryDatabase, MemoryTransaction>> _rows = [];

    /// <summary>
    /// Decides whatever is left to chance: where a log that is read again is cut into epochs, after which transactions state is checkpointed, where the pipeline is killed. Every failure
    /// prints it.
    /// </summary>
    /// <value>Default: 1. Another number each time explores more; the same one repeats a failure.</value>
    public int Seed { get; set; } = 1;

    /// <summary>Share of all passes of <see cref="CrashPoint"/>s at which the pipeline is killed and started again, by <see cref="Seed"/>: 0.1 kills about once in a commit of two targets.</summary>
    /// <value>Default: 0. At most 0.5.</value>
    public double CrashRate { get; set; }

    /// <summary>Source of all times, those of commits in the log included; a manual one may stand still.</summary>
    /// <value>Default: null, the one that the pipeline was built with.</value>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>How long the pipeline may take to show a transaction before the harness gives up and says what it is doing; in real time.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What the StarRocks cluster is like that stands behind the pipeline's StarRocks targets: its release, for example.</summary>
    /// <value>Default: null, three backends and otherwise the defaults of <see cref="FakeStarRocksOptions"/>.</value>
    public Action<FakeStarRocksOptions>? StarRocks { get; set; }

    /// <summary>
    /// Declares a table as it is in MySQL, by the statement of a migration or of <c>SHOW CREATE TABLE</c>, instead of by the row types that the pipeline reads it by. Needed for tables that it reads
    /// untyped, and wherever types of columns matter: digits of a DECIMAL, lengths, collations, defaults, AUTO_INCREMENT. Of keys the primary one counts; generated columns are refused.
    /// </summary>
    /// <param name="sql">With the name of the database: <c>CREATE TABLE appdb.sales (id BIGINT PRIMARY KEY, …)</c>.</param>
    /// <exception cref="TableRowException">It is not understood.</exception>
    public void CreateTable(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        _tables.Add(CreateTableText.Read(sql));
    }

    /// <summary>Rows that are in a table before the pipeline starts: what its initial snapshot finds.</summary>
    /// <typeparam name="T">A row type, or a dictionary from column names to values.</typeparam>
    /// <param name="table">Qualified name: <c>appdb.products</c>.</param>
    /// <param name="rows">In the order of their insertion.</param>
    public void Rows<T>(string table, params IEnumerable<T> rows)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(table);
        ArgumentNullException.ThrowIfNull(rows);
        var kept = rows.ToList();
        _rows.Add((database, transaction) =>
        {
            var found = database.Table(table);
            var writer = found.WriterOf<T>();
            kept.ForEach(r => transaction.Insert(found, writer.Values(r)));
        });
    }

    /// <summary>The declared tables.</summary>
    internal IReadOnlyList<MemoryTable> Tables => _tables;

    /// <summary>Puts the rows into a server that is about to be read.</summary>
    internal void Fill(MemoryDatabase database, TimeProvider clock)
    {
        var transaction = new MemoryTransaction(clock);
        _rows.ForEach(r => r(database, transaction));
        database.Load(transaction);
    }

    /// <summary>Refuses values that cannot be followed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is one.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CrashRate, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CrashRate, 0.5);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Timeout, TimeSpan.Zero);
    }
}
