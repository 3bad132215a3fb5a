using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Kernels;
using CdcLake.Expressions.Translation;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.MySql.Gtids;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>
/// What is read of an <see cref="IcebergTable"/>: columns, a condition, and a version. Manifests, files and row groups whose bounds refute the condition are not read.
/// Immutable: each call gives another scan; nothing is opened before rows are asked for. Thread-safe.
/// </summary>
/// <typeparam name="T"><see cref="Row"/>, or a type with a property for each column that is wanted.</typeparam>
public sealed class IcebergScan<[DynamicallyAccessedMembers(RowMembers.Kept)] T>
{
    private readonly IcebergTable _table;
    private readonly RowMembers? _members = typeof(T) == typeof(Row) ? null : RowMembers.Of(typeof(T));
    private readonly IReadOnlyList<Expr> _conditions;
    private readonly IReadOnlyList<string>? _columns;
    private readonly Func<IcebergTableReader, Snapshot?> _version;

    internal IcebergScan(IcebergTable table)
        : this(table, [], null, static r => r.Current)
    {
    }

    private IcebergScan(IcebergTable table, IReadOnlyList<Expr> conditions, IReadOnlyList<string>? columns, Func<IcebergTableReader, Snapshot?> version)
    {
        _table = table;
        _conditions = conditions;
        _columns = columns;
        _version = version;
    }

    /// <summary>Only the rows for which a condition is true; several calls must all hold.</summary>
    /// <param name="condition">Over the properties of <typeparamref name="T"/>, or <c>r => r.Get&lt;int&gt;("qty") > 5</c>. Null on either side of a comparison makes it unknown, as in SQL.</param>
    /// <exception cref="UnsupportedExpressionException">It uses a construct outside of what pipelines' lambdas may use.</exception>
    public IcebergScan<T> Where(Expression<Func<T, bool>> condition)
    {
        var lambda = new UserLambda(condition);
        return lambda.Translate(RowMembers.ShapeOf(_members)) is ScalarShape scalar
            ? new IcebergScan<T>(_table, [.. _conditions, scalar.Value], _columns, _version)
            : throw new UnsupportedExpressionException($"\"{lambda}\" is not a truth value.");
    }

    /// <summary>Only these columns of untyped rows, in this order; letter case is ignored. A typed scan reads what its type has.</summary>
    /// <param name="columns">Names in the version that is read; at least one.</param>
    /// <exception cref="InvalidOperationException">The rows have a type.</exception>
    public IcebergScan<T> Select(params IReadOnlyList<string> columns)
    {
        ArgumentOutOfRangeException.ThrowIfZero(columns.Count, nameof(columns));
        return _members is null
            ? new IcebergScan<T>(_table, _conditions, [.. columns], _version)
            : throw new InvalidOperationException($"The columns of this scan are the properties of {typeof(T).Name}; give the type fewer, or scan untyped rows: table.Scan().");
    }

    /// <summary>The table as a snapshot left it.</summary>
    /// <param name="snapshotId">A snapshot that has not expired; <see cref="IcebergTable.InspectAsync"/> lists them.</param>
    public IcebergScan<T> AtSnapshot(long snapshotId) => At(r => r.Metadata.FindSnapshot(snapshotId) ?? throw r.NoSuch($"snapshot {snapshotId}"));

    /// <summary>The table as it was at a time: its newest snapshot of the main branch that is not younger. No rows when it had none yet.</summary>
    public IcebergScan<T> AtTime(DateTimeOffset time) => At(r => r.FindSnapshot(time));

    /// <summary>The newest snapshot of a branch, or the one that a tag names.</summary>
    /// <param name="name">For example <c>main</c>.</param>
    public IcebergScan<T> AtRef(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return At(r => r.Metadata.SnapshotOf(name) is { } id ? r.Metadata.FindSnapshot(id) : name == TableMetadata.MainBranch ? null : throw r.NoSuch($"branch or tag \"{name}\""));
    }

    /// <summary>The table as it was when the source stood at a GTID set: its newest snapshot whose set is included. No rows when it had none yet.</summary>
    /// <param name="gtid">A GTID set as MySQL prints it.</param>
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    public IcebergScan<T> AtGtid(string gtid)
    {
        var position = GtidPosition.Parse(gtid, nameof(gtid));
        return At(r => r.FindSnapshot(p => position.Covers(MySqlPosition.Parse(p))));
    }

    /// <summary>Reads the rows, in no particular order. A commit that happens meanwhile is not seen.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Objects that the caller may keep. Structs, lists and maps are JSON, UUIDs and times in nanoseconds text.</returns>
    /// <exception cref="CatalogException">There is no such table, snapshot or reference, it has expired, or a file is damaged.</exception>
    /// <exception cref="SchemaMismatchException">A column does not exist, or does not fit its property.</exception>
    /// <exception cref="UnsupportedTypeException">A column that is wanted has a type that is not read.</exception>
    public async IAsyncEnumerable<T> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = await _table.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (_version(reader) is not { } snapshot)
        {
            yield break;
        }

        var schema = reader.IcebergSchemaOf(snapshot);
        var bound = ScanBinder.Bind(reader.SourceOf(schema), _members, _columns, _conditions, []);
        var make = Maker(bound);
        await foreach (var batch in reader.ReadAsync(snapshot, schema, RequestOf(bound, schema), cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                for (var row = 0; row < batch.Count; row++)
                {
                    yield return make(batch, row);
                }
            }
        }
    }

    /// <summary>
    /// Reads what made the rows of an earlier snapshot those of the version that this scan reads: deleted rows, then updates (the old row, then the new one), then
    /// added ones. A deleted and an added row with the same identifier columns are an update; a table without them has none. Rows that were only moved by
    /// compaction are no changes, and neither is what came and went in between. Changed rows are held in memory.
    /// </summary>
    /// <param name="sinceSnapshotId">The earlier snapshot; null: all rows are added ones.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Objects that the caller may keep; untyped rows have the identifier columns too.</returns>
    /// <exception cref="CatalogException">There is no such table or snapshot, it has expired, or a file is damaged.</exception>
    /// <exception cref="SchemaMismatchException">A column does not exist, or does not fit its property.</exception>
    /// <exception cref="UnsupportedTypeException">A column that is wanted has a type that is not read.</exception>
    public async IAsyncEnumerable<IcebergChange<T>> ReadChangesAsync(long? sinceSnapshotId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = await _table.OpenAsync(cancellationToken).ConfigureAwait(false);
        var since = sinceSnapshotId is { } id ? reader.Metadata.FindSnapshot(id) ?? throw reader.NoSuch($"snapshot {id}") : null;
        if (_version(reader) is not { } snapshot)
        {
            yield break;
        }

        var schema = reader.IcebergSchemaOf(snapshot);
        var key = schema.IdentifierFieldIds.Select(f => schema.Fields.ToList().FindIndex(c => c.Id == f)).ToList();
        key = key.Contains(-1) ? [] : key; // identifiers inside structs
        var bound = ScanBinder.Bind(reader.SourceOf(schema), _members, _columns, _conditions, key);
        var make = Maker(bound);
        var feed = new ChangeFeed(reader.Table, schema, RequestOf(bound, schema), [.. key.Select(k => bound.Columns.ToList().IndexOf(k))]);
        await foreach (var batch in feed.ReadAsync(since, snapshot, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                var isUpdates = batch.Count > 1 && batch.Weights[0] != batch.Weights[1];
                for (var row = 0; row < batch.Count; row++)
                {
                    var isOld = batch.Weights[row] < 0;
                    var kind = isUpdates
                        ? isOld ? IcebergChangeKind.UpdateBefore : IcebergChangeKind.UpdateAfter
                        : isOld ? IcebergChangeKind.Delete : IcebergChangeKind.Insert;
                    yield return new IcebergChange<T>(kind, make(batch, row));
                }
            }
        }
    }

    private IcebergScan<T> At(Func<IcebergTableReader, Snapshot?> version) => new(_table, _conditions, _columns, version);

    private Func<ChangeBatch, int, T> Maker(BoundScan bound)
    {
        if (_members is null)
        {
            return static (batch, row) => (T)(object)Row.Of(batch, row);
        }

        var factory = new RowFactory(typeof(T), _members, bound.Members);
        return (batch, row) => (T)factory.Make(batch, row);
    }

    private static ScanRequest RequestOf(BoundScan bound, IcebergSchema schema) => new(
        bound.Columns,
        bound.Wanted,
        bound.Condition is { } condition ? () => new ProgramPredicate(condition) : null,
        bound.Condition is null ? null : FilterExtraction.Of(bound.Condition, [.. bound.Columns.Select(c => schema.Fields[c].Id)]));
}
