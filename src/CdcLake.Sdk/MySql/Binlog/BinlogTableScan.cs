using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog;

/// <summary>Finds the first description of tables in files, hopping from header to header.</summary>
internal sealed class BinlogTableScan(IReadOnlyList<string> tables, DatePolicy dates) : IDisposable
{
    private const int MaxListed = 20;

    private readonly Dictionary<string, TableMapEvent> _found = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _created = new(StringComparer.OrdinalIgnoreCase);
    private readonly PayloadReader _payload = new();

    /// <summary>True when every table was found.</summary>
    public bool IsComplete => _found.Count == tables.Distinct(StringComparer.Ordinal).Count();

    /// <summary>Reads one file, or less of it if nothing is missing any more. What is damaged behind that point is not noticed here.</summary>
    public async Task ScanAsync(string path, CancellationToken cancellationToken)
    {
        var reader = await BinlogFileReader.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        var format = new FormatDescriptionEvent("", true, 6);
        while (!IsComplete)
        {
            while (!IsComplete && reader.TryRead(out var bytes))
            {
                Examine(bytes, ref format);
            }

            if (!IsComplete && !await reader.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>The tables in the order asked for.</summary>
    /// <exception cref="SchemaMismatchException">One was not found; the message names those that were seen.</exception>
    /// <exception cref="BinlogUnavailableException">The log has no column names.</exception>
    public IReadOnlyList<SourceTable> Describe() => [.. tables.Select(Describe)];

    public void Dispose() => _payload.Dispose();

    private SourceTable Describe(string table)
    {
        if (!_found.TryGetValue(table, out var map))
        {
            throw new SchemaMismatchException(_created.Contains(table)
                ? $"Table {table} is created in the binary log files but no row of it ever changes there, so that its columns are not known. Add the file in which its rows were written."
                : $"Table {table} does not occur in the binary log files. {SeenTables(table)}");
        }

        return map.HasNames
            ? MySqlColumnDescription.Describe(table, dates.Apply(table, map.Columns))
            : throw new BinlogUnavailableException(
                $"The log has no column names for table {table}: it was written with binlog_row_metadata=MINIMAL. " +
                "Run SET GLOBAL binlog_row_metadata=FULL; FLUSH BINARY LOGS; on the server and capture files written after that.");
    }

    private string SeenTables(string table)
    {
        if (_seen.Count == 0)
        {
            return "No rows of any table change there.";
        }

        var more = _seen.Count > MaxListed ? ", ..." : "";
        return $"Did you mean {NearestNames.Of(table, _seen)[0]}? Rows change of: {string.Join(", ", _seen.Take(MaxListed))}{more}.";
    }

    private void Examine(ReadOnlySpan<byte> bytes, ref FormatDescriptionEvent format)
    {
        var type = (EventType)bytes[4];
        if (type == EventType.FormatDescription)
        {
            var formatReader = new PacketReader(bytes[EventHeader.Length..]);
            format = FormatDescriptionEvent.Read(ref formatReader);
            return;
        }

        var trailer = format.HasChecksum ? 4 : 0;
        if (bytes.Length < EventHeader.Length + trailer)
        {
            return;
        }

        var body = bytes[EventHeader.Length..^trailer];
        if (type == EventType.TransactionPayload)
        {
            var reader = new PacketReader(body);
            _payload.Open(TransactionPayloadEvent.Read(ref reader));
            while (!IsComplete && _payload.TryRead(out var inner))
            {
                Examine(inner.Type, inner.Body, format);
            }

            _payload.Close();
        }
        else
        {
            Examine(type, body, format);
        }
    }

    private void Examine(EventType type, ReadOnlySpan<byte> body, FormatDescriptionEvent format)
    {
        var tableIdSize = format.TableIdSize;
        if (type == EventType.TableMap && body.Length >= tableIdSize + 2)
        {
            ExamineTable(body[(tableIdSize + 2)..], format.IsMariaDb);
        }
        else if (type == EventType.Query)
        {
            var reader = new PacketReader(body);
            var query = QueryEvent.Read(ref reader) with { IsMariaDb = format.IsMariaDb };
            if (StatementScanner.Quick(query.Statement) is null && StatementScanner.Scan(query) is { Kind: StatementKind.CreateTable or StatementKind.CreateTableIfNotExists } statement)
            {
                _created.UnionWith(statement.Tables.Select(t => t.ToString()));
            }
        }
    }

    private void ExamineTable(ReadOnlySpan<byte> body, bool isMariaDb)
    {
        var (database, name) = TableMapEvent.ReadNames(body);
        var qualified = new MySqlTableName(database, name).ToString();
        if (_seen.Add(qualified) && tables.Contains(qualified, StringComparer.Ordinal))
        {
            _found[qualified] = TableMapEvent.Read(body, isMariaDb);
        }
    }
}
