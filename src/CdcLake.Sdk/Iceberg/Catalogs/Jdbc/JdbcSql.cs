namespace CdcLake.Iceberg.Catalogs.Jdbc;

// The two tables, as Iceberg Java's JdbcUtil creates and asks them:
//
//   iceberg_tables                 catalog_name, table_namespace, table_name (key), metadata_location, previous_metadata_location, V1: iceberg_type
//   iceberg_namespace_properties   catalog_name, namespace, property_key (key), property_value
//
// Levels of a namespace stand with dots between them. V0 has no iceberg_type; where it is there, rows that say VIEW are not ours to see.
// Parameters are @p0, @p1, …; the statements are the same for MySQL, PostgreSQL and SQLite.

/// <summary>Statements of a JDBC catalog.</summary>
internal static class JdbcSql
{
    /// <summary>Column that tells views from tables.</summary>
    public const string TypeColumn = "iceberg_type";

    /// <summary>Property that a namespace has for being there.</summary>
    public const string ExistsProperty = "exists";

    /// <summary>Leaves out views, in a schema that has them.</summary>
    public const string OnlyTables = " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)";

    public const string Columns = "SELECT * FROM iceberg_tables WHERE 1 = 0";

    public const string NamespaceColumns = "SELECT * FROM iceberg_namespace_properties WHERE 1 = 0";

    public const string Location = "SELECT metadata_location FROM iceberg_tables WHERE catalog_name = @p0 AND table_namespace = @p1 AND table_name = @p2";

    /// <summary>Takes effect only where the table still is what it was: one row, or none.</summary>
    public const string Commit =
        "UPDATE iceberg_tables SET metadata_location = @p0, previous_metadata_location = @p1 WHERE catalog_name = @p2 AND table_namespace = @p3 AND table_name = @p4 AND metadata_location = @p1";

    public const string Insert =
        "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location) VALUES (@p0, @p1, @p2, @p3, NULL)";

    public const string InsertV1 =
        "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, previous_metadata_location, iceberg_type) VALUES (@p0, @p1, @p2, @p3, NULL, 'TABLE')";

    public const string Rename =
        "UPDATE iceberg_tables SET table_namespace = @p3, table_name = @p4 WHERE catalog_name = @p0 AND table_namespace = @p1 AND table_name = @p2";

    public const string Drop = "DELETE FROM iceberg_tables WHERE catalog_name = @p0 AND table_namespace = @p1 AND table_name = @p2";

    public const string Tables = "SELECT table_name FROM iceberg_tables WHERE catalog_name = @p0 AND table_namespace = @p1";

    /// <summary>Namespaces at or below one (<c>@p1</c>; <c>@p2</c> is the pattern of those below), of tables and of properties.</summary>
    public const string Namespaces = """
        SELECT table_namespace FROM iceberg_tables WHERE catalog_name = @p0 AND (table_namespace = @p1 OR table_namespace LIKE @p2 ESCAPE '!')
        UNION SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = @p0 AND (namespace = @p1 OR namespace LIKE @p2 ESCAPE '!')
        """;

    public const string Properties = "SELECT property_key, property_value FROM iceberg_namespace_properties WHERE catalog_name = @p0 AND namespace = @p1";

    public const string InsertProperty = "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value) VALUES (@p0, @p1, @p2, @p3)";

    public const string DeleteProperty = "DELETE FROM iceberg_namespace_properties WHERE catalog_name = @p0 AND namespace = @p1 AND property_key = @p2";

    public const string DropNamespace = "DELETE FROM iceberg_namespace_properties WHERE catalog_name = @p0 AND namespace = @p1";

    /// <summary>The statements that create the tables where they are missing.</summary>
    /// <param name="isV1">With <see cref="TypeColumn"/>.</param>
    /// <param name="options">Of the database: MySQL compares names without regard to case unless told otherwise.</param>
    public static IEnumerable<string> Create(bool isV1, string options) =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS iceberg_tables (catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL, table_name VARCHAR(255) NOT NULL,
        metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), {(isV1 ? "iceberg_type VARCHAR(5), " : "")}PRIMARY KEY (catalog_name, table_namespace, table_name)){options}
        """,
        $"""
        CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL, property_key VARCHAR(255) NOT NULL,
        property_value VARCHAR(1000), PRIMARY KEY (catalog_name, namespace, property_key)){options}
        """,
    ];

    /// <summary>A LIKE pattern for everything below a namespace, with <c>!</c> before what has a meaning in patterns; everything at all below the root.</summary>
    public static string Below(string space) => space.Length == 0 ? "%"
        : space.Replace("!", "!!", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal) + ".%";
}
