using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg.Operations;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Transactions;
using CdcLake.MySql.Gtids;
using CdcLake.Parquet.Variants;

namespace CdcLake;

/// <summary>An Iceberg table that is known to hold all rows of a table of MySQL, and at which GTID sets.</summary>
internal sealed class IcebergReplica
{
    private const string Rearranged = "replace";
    private readonly IcebergTableReader _reader;
    private readonly TableCapture _capture;
    private readonly IcebergTable _table;
    private SnapshotHold? _hold;

    private IcebergReplica(IcebergTableReader reader, TableCapture capture, IcebergTable table) => (_reader, _capture, _table) = (reader, capture, table);

    public string Name => _table.Name;

    /// <summary>Its snapshots that stand for a position, newest first; at least one.</summary>
    public IReadOnlyList<(MySqlPosition Position, Snapshot Snapshot)> Versions { get; private set; } = [];

    /// <param name="capture">What is read of the table.</param>
    /// <param name="sources">All tables that are read, and those that they refer to, by qualified name.</param>
    /// <param name="table">Where the replica is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CatalogException">It is not there, or nobody can say which positions its rows stand for.</exception>
    /// <exception cref="SchemaMismatchException">It holds something else than all rows of the table.</exception>
    public static async Task<IcebergReplica> OpenAsync(TableCapture capture, IReadOnlyDictionary<string, SourceTable> sources, IcebergTable table, CancellationToken cancellationToken)
    {
        IcebergTableReader reader;
        try
        {
            reader = await table.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CatalogException error) when (error.Error is CatalogError.NoSuchTable or CatalogError.NoSuchNamespace)
        {
            throw new CatalogException(
                $"A pipeline cannot begin with the rows of {capture.Table.Name} in {table.Name}: {table.Catalog} has no such table. Name the replica "
                + $"({nameof(MySqlStart)}.{nameof(MySqlStart.FromIceberg)} takes a function too), or let it be written first.", error) { Error = error.Error };
        }

        var replica = new IcebergReplica(reader, capture, table);
        replica.RequireColumns(reader.Metadata.Schema);
        replica.RequirePlan(sources);
        replica.Versions = replica.FindVersions();
        return replica;
    }

    /// <summary>Refuses a snapshot from before columns that are read were altered.</summary>
    public void Require(Snapshot snapshot) => RequireColumns(_reader.IcebergSchemaOf(snapshot));

    /// <summary>Keeps a snapshot from expiring until it is released, where the catalog lets it.</summary>
    public async Task HoldAsync(Snapshot snapshot, CancellationToken cancellationToken) => _hold = await SnapshotHold.TakeAsync(_table.Named, snapshot, cancellationToken).ConfigureAwait(false);

    /// <summary>Lets the snapshot go.</summary>
    /// <returns>Why the tag that kept it stays; null when it does not.</returns>
    public Task<CdcLakeException?> ReleaseAsync() => _hold?.ReleaseAsync() ?? Task.FromResult<CdcLakeException?>(null);

    /// <summary>All rows of a snapshot in the columns of the capture. Each batch belongs to the caller.</summary>
    /// <exception cref="CatalogException">Transient: it expired while it was read.</exception>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(Snapshot snapshot, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var schema = _reader.IcebergSchemaOf(snapshot);
        var names = _capture.Schema.Count > 0 ? [.. _capture.Schema.Fields.Select(f => f.Name)] : (string[])[schema.Fields[0].Name]; // rows that are only counted
        var ordinals = names.Select(schema.IndexOf).ToList();
        var batches = _reader.ReadAsync(snapshot, schema, new ScanRequest(ordinals, ordinals.Count, null, null), cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = batches.ConfigureAwait(false);
        while (await NextAsync(batches, snapshot, cancellationToken).ConfigureAwait(false))
        {
            using var batch = batches.Current;
            RequireExact(batch, schema, ordinals);
            yield return Captured(batch);
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<ChangeBatch> batches, Snapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            return await batches.MoveNextAsync().ConfigureAwait(false);
        }
        catch (CdcLakeException error) when (!error.IsTransient && error is CatalogException or ObjectStoreException)
        {
            var now = await _table.OpenAsync(cancellationToken).ConfigureAwait(false);
            throw now.Metadata.FindSnapshot(snapshot.SnapshotId) is not null ? error : new CatalogException(
                $"Snapshot {snapshot.SnapshotId} of {Name}, with whose rows a pipeline was to begin, expired while it was read, and files of it are gone. It begins with a newer one. {(_hold?.Refusal is { } refusal ? $"It could not be kept by a tag: {refusal.Message} " : "")}Where that happens again, let the table "
                + $"keep snapshots and files for longer: {Iceberg.Tables.TableProperties.MinSnapshotsToKeep}, {Iceberg.Tables.TableProperties.MaxSnapshotAge}.", error) { IsTransient = true };
        }
    }

    // What MySQL has as a number of more digits than variants hold is a text there, and nothing tells it from a text that was one.
    private void RequireExact(ChangeBatch batch, IcebergSchema schema, List<int> ordinals)
    {
        for (var i = 0; i < _capture.Schema.Count; i++)
        {
            if (schema.Fields[ordinals[i]].Type.IsVariant && HeldDocuments.FirstPossibleNumber((BytesColumn)batch[i]) is { } text)
            {
                throw new SchemaMismatchException(Refused(
                    $"column \"{_capture.Schema[i].Name}\" is a variant there and has a document with the text \"{text}\", which may be a number in MySQL: variants hold numbers of up to {DataType.MaxDecimalPrecision} digits, and others as text")
                    + $"Begin with {nameof(MySqlStart)}.{nameof(MySqlStart.Snapshot)}, or with a replica that has JSON as text ({nameof(IcebergJsonType)}.{nameof(IcebergJsonType.Text)}).");
            }
        }
    }

    // A type of Iceberg does not say everything that is known of the column: values are the same, and lie in memory alike.
    private ChangeBatch Captured(ChangeBatch batch)
    {
        var rows = new ChangeBatch(_capture.Schema);
        for (var i = 0; i < _capture.Schema.Count; i++)
        {
            if (!_capture.Schema[i].Nullable && batch[i].Nulls.Contains((byte)1))
            {
                rows.Dispose();
                throw Other($"column \"{_capture.Schema[i].Name}\" has nulls there, and is NOT NULL in MySQL");
            }

            rows[i].AppendAll(batch[i]);
        }

        rows.AppendWeights(1, batch.Count);
        return rows;
    }

    private void RequireColumns(IcebergSchema schema)
    {
        for (var i = 0; i < _capture.Schema.Count; i++)
        {
            var (field, native) = (_capture.Schema[i], _capture.Table.NativeTypes[_capture.Columns[i]]);
            var (at, wanted) = (schema.IndexOf(field.Name), IcebergType.Of(field.Type));
            if (at < 0 || (schema.Fields[at].Type != wanted && !(field.IsJson && schema.Fields[at].Type.IsVariant)))
            {
                throw Other(at < 0
                    ? $"it has no column \"{field.Name}\" ({native} in MySQL)"
                    : $"column \"{field.Name}\" is {schema.Fields[at].Type} there; {native} in MySQL becomes {wanted}");
            }
        }
    }

    // What a table holds the result of stands in its properties: the rows of one table as they are have a plan that can be told beforehand.
    private void RequirePlan(IReadOnlyDictionary<string, SourceTable> sources)
    {
        var plan = _reader.Metadata.Properties.GetValueOrDefault(CommitMarker.PlanProperty) ?? throw Unknown("it has no cdclake.plan: no pipeline of this library wrote it");
        var strange = _reader.Metadata.Schema.Fields.FirstOrDefault(f => _capture.Table.Schema.IndexOf(f.Name) < 0);
        if (strange is not null)
        {
            throw Other($"column \"{strange.Name}\" is none of {_capture.Table.Name}");
        }

        var columns = _reader.Metadata.Schema;
        if (!ReplicaPlans.Of(_table, _capture.Table, [.. columns.Fields.Select(f => f.Name)], [.. columns.IdentifierNames()], sources).Contains(plan))
        {
            throw Other(
                $"it holds the result of another computation (plan {plan}) than the rows of {_capture.Table.Name} as they are by their key: a condition, an expression, another table or another key; "
                + "or columns are of another type or nullability there");
        }
    }

    private List<(MySqlPosition Position, Snapshot Snapshot)> FindVersions()
    {
        var table = _reader.Metadata;
        var owner = CommitMarker.OwnerOf(table);
        var newest = owner is null ? default : MarkedHistory.Of(table, owner);
        if (newest.Marker is null || table.CurrentSnapshot is not { } current)
        {
            throw Unknown(newest.Foreign ?? "it has no snapshot with a GTID set yet");
        }

        List<(MySqlPosition Position, Snapshot Snapshot)> versions = [(PositionOf(newest.Marker), current)];
        Snapshot? foreign = null;
        foreach (var snapshot in table.Ancestors())
        {
            if (CommitMarker.Of(snapshot, owner!) is not { } marker)
            {
                foreign = snapshot["operation"] == Rearranged ? foreign : snapshot;
            }
            else if (foreign is not null)
            {
                throw Unknown($"snapshot {foreign.SnapshotId} (operation {foreign["operation"]}) among those of pipeline \"{owner}\" was made by another writer, whose rows MySQL does not have");
            }
            else if (PositionOf(marker) is var position && !position.Equals(versions[^1].Position))
            {
                versions.Add((position, snapshot));
            }
        }

        return versions;
    }

    private MySqlPosition PositionOf(CommitMarker marker)
    {
        if (!marker.Position.ContainsKey(MySqlPosition.GtidProperty))
        {
            throw Unknown("its snapshots carry no GTID set");
        }

        var position = MySqlPosition.Parse(marker.Position);
        return position.Began is null ? position : throw Other($"pipeline \"{marker.Pipeline}\" began in the middle of the log, behind {position.Since}, so that rows from before that are not in it");
    }

    private string Refused(string reason) => $"A pipeline cannot begin with the rows of {_capture.Table.Name} in {Name} of {_table.Catalog}: {reason}. ";

    private CatalogException Unknown(string reason) => new(
        Refused(reason) + $"Let a pipeline of its own replicate the table first, or begin with {nameof(MySqlStart)}.{nameof(MySqlStart.Snapshot)}.");

    private SchemaMismatchException Other(string reason) => new(
        Refused(reason) + $"If the table was altered just now, start again when its replica has followed; else name a table that is the whole of it, or begin with {nameof(MySqlStart)}.{nameof(MySqlStart.Snapshot)}.");
}
