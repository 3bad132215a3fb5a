using System.Collections.Immutable;
using CdcLake.Iceberg.Tables;

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

    /// <inheritdoc/>
    public override string ToString() => Name;
}
