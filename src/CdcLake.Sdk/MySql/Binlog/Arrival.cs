using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// A table that was created in the log, at its first row. What it looks like its description in the log says, and not the statement or the server: the one may stand for another table (LIKE, SELECT),
/// the other may have altered it since.
/// </summary>
/// <param name="Id">The number that stands for it in the stream.</param>
/// <param name="Body">TABLE_MAP event behind table id and flags.</param>
/// <param name="Capture">All of its columns.</param>
internal sealed record Arrival(ulong Id, byte[] Body, TableCapture Capture)
{
    /// <exception cref="BinlogUnavailableException">The event has no column names.</exception>
    /// <exception cref="SchemaMismatchException">It does not say for certain which types the columns have.</exception>
    public static Arrival Read(ulong id, ReadOnlySpan<byte> body, DatePolicy dates, bool isMariaDb)
    {
        var map = TableMapEvent.Read(body, isMariaDb);
        var name = new MySqlTableName(map.Database, map.Table).ToString();
        if (!map.HasNames)
        {
            throw CapturedTable.WithoutNames(name);
        }

        if (isMariaDb && map.Columns.Any(PlannedTypes.AreUncertain))
        {
            throw new SchemaMismatchException($"Table {name} has columns that the log calls BINARY and that may be UUID or INET: it is read from the server, which knows.");
        }

        var table = MySqlColumnDescription.Describe(name, dates.Apply(name, map.Columns));
        return new Arrival(id, body.ToArray(), TableCapture.Whole(table));
    }

    /// <summary>As the output is told.</summary>
    /// <param name="number">The table's number.</param>
    /// <param name="position">Where the log was before the transaction of its first row.</param>
    public TableChange At(int number, SourcePosition position) => new(TableChangeKind.Added, number, null, Capture, position);
}
