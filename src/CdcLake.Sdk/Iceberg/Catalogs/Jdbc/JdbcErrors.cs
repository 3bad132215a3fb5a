using System.Data.Common;
using System.Net.Sockets;

namespace CdcLake.Iceberg.Catalogs.Jdbc;

/// <summary>Errors of drivers as ours.</summary>
internal static class JdbcErrors
{
    /// <summary>SQL state classes of what passes by itself: lost connections, deadlocks and serialisation, resources, operators.</summary>
    private static readonly string[] Passing = ["08", "40", "53", "57"];

    /// <summary>True for what drivers throw when something outside of the program failed.</summary>
    public static bool IsExpected(Exception e) => e is DbException or TimeoutException or IOException or SocketException or InvalidOperationException;

    public static CatalogException Wrap(string catalog, string doing, Exception e) => new(
        $"{catalog}: {doing} failed: {e.Message} Check that the database is there, and that its user may read, write and create the tables iceberg_tables and iceberg_namespace_properties.", e)
    {
        IsTransient = IsTransient(e),
        Error = IsTransient(e) ? CatalogError.Unavailable : CatalogError.Other,
    };

    /// <summary>True for what passes by itself: the same call may succeed later.</summary>
    public static bool IsTransient(Exception e) =>
        e is TimeoutException or IOException or SocketException
        || (e is DbException d && (d.IsTransient || Passing.Any(p => d.SqlState?.StartsWith(p, StringComparison.Ordinal) == true)))
        || (e.InnerException is { } inner && IsTransient(inner));
}
