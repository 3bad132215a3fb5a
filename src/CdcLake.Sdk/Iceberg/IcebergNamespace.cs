using System.Collections.Immutable;
using CdcLake.Connectors;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.MySql.Tables;

namespace CdcLake;

/// <summary>A namespace of an <see cref="IcebergCatalog"/>, in which the tables of a database have their replicas. Immutable and thread-safe.</summary>
public sealed class IcebergNamespace
{
    private readonly ImmutableArray<string> _levels;

    internal IcebergNamespace(IcebergCatalog catalog, string name)
    {
        Catalog = catalog;
        _levels = TableIdentifier.ParseNamespace(name);
    }

    /// <summary>Its levels with dots between them: <c>lake.raw</c>.</summary>
    public string Name => string.Join('.', _levels);

    internal IcebergCatalog Catalog { get; }

    /// <summary>Where a table of MySQL has its replica.</summary>
    /// <param name="table">Qualified name.</param>
    internal IcebergTable TableOf(string table) => Catalog.Table(NameOf(table, name => name));

    /// <summary>The replicas that a pipeline of that name has here: the table of MySQL, the name of the replica, and the replica.</summary>
    internal async Task<IReadOnlyList<(string Table, string Name, IRemovableTarget Target)>> FindReplicasAsync(string pipeline, CancellationToken cancellationToken)
    {
        var found = new List<(string, string, IRemovableTarget)>();
        if (!await Catalog.NamespaceExistsAsync(Name, cancellationToken).ConfigureAwait(false))
        {
            return found;
        }

        await foreach (var name in Catalog.ListTablesAsync(Name, cancellationToken).ConfigureAwait(false))
        {
            var table = await Catalog.Open().LoadAsync(TableIdentifier.Parse(name), cancellationToken).ConfigureAwait(false);
            if (table is not null && table.Metadata.Properties.TryGetValue(CommitMarker.ReplicaProperty, out var source) && CommitMarker.OwnerOf(table.Metadata) == pipeline)
            {
                found.Add((source, name, (IRemovableTarget)Catalog.Table(name).Target(new IcebergSinkOptions().Freeze())));
            }
        }

        return found;
    }

    /// <summary>The name of a replica.</summary>
    /// <param name="table">Qualified name in MySQL.</param>
    /// <param name="name">Gives the name in the namespace, from the name in MySQL without its database.</param>
    internal string NameOf(string table, Func<string, string> name) => $"{Name}.{name(MySqlTableName.Parse(table, null).Table).Replace('.', '_')}";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
