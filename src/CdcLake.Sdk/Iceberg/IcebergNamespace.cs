using System.Collections.Immutable;
using CdcLake.Iceberg.Tables;
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

    /// <summary>The name of a replica.</summary>
    /// <param name="table">Qualified name in MySQL.</param>
    /// <param name="name">Gives the name in the namespace, from the name in MySQL without its database.</param>
    internal string NameOf(string table, Func<string, string> name) => $"{Name}.{name(MySqlTableName.Parse(table, null).Table).Replace('.', '_')}";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
