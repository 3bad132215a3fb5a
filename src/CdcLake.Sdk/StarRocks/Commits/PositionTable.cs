using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CdcLake.Common;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>
/// The table <c>cdclake_positions</c>, one in each database: for each table that pipelines fill, which source position its rows stand for. Its key is a hash, since StarRocks limits keys
/// to 128 bytes.
/// </summary>
internal sealed class PositionTable(ClusterConnection connection, string database)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss.ffffff";
    private const char Separator = '\n'; // of names of columns
    private const string Selected = "`table_name`, `pipeline`, `plan`, `number`, `run`, `position`, `pending_label`, `pending_position`, `written_at`, `tables`, `columns`";

    private static readonly KeyValuePair<string, string>[] Form = [new("format", "json"), new("strip_outer_array", "true")];

    public TableName Name { get; } = new(database, "cdclake_positions");

    public async Task<bool> ExistsAsync(CancellationToken cancellationToken) => (await connection.Frontend.QueryAsync(
        $"SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {SqlText.Literal(database)} AND TABLE_NAME = {SqlText.Literal(Name.Table)}", cancellationToken).ConfigureAwait(false)).Count > 0;

    public async Task CreateAsync(StarRocksTableOptions options, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var version = await connection.Frontend.VersionAsync(cancellationToken).ConfigureAwait(false);
        var text = new TargetType("VARCHAR", version.MaxVarcharBytes);
        TargetColumn Of(string name, TargetType type) => new(name, type, IsNullable: true, IsKey: false);
        var table = new TargetTable(
            Name,
            [
                new TargetColumn("sink", new TargetType("VARCHAR", 64), IsNullable: false, IsKey: true), Of("table_name", text), Of("pipeline", text), Of("plan", text), Of("tables", text), Of("columns", text),
                Of("number", new TargetType("BIGINT")), Of("run", text), Of("position", text), Of("gtid", text), Of("pending_label", text), Of("pending_position", text),
                Of("written_at", new TargetType("DATETIME")),
            ],
            [0]);
        var few = new StarRocksTableOptions { Buckets = 1, ReplicationNum = options.ReplicationNum };
        await connection.Frontend.QueryAsync(table.CreateStatement(few, "Which source position each table stands for that a CdcLake pipeline fills"), cancellationToken).ConfigureAwait(false);
    }

    public async Task<PositionRow?> ReadAsync(TableName table, CancellationToken cancellationToken) =>
        await ReadAsync("table_name", table.Table, cancellationToken).ConfigureAwait(false) is [var row] ? row : null;

    public Task<IReadOnlyList<PositionRow>> ReadPipelineAsync(string pipeline, CancellationToken cancellationToken) => ReadAsync("pipeline", pipeline, cancellationToken);

    /// <summary>Rows on their way into this table by themselves: where the server can, one with a lower number than is there leaves it alone, since whoever wrote that came later.</summary>
    public async Task<LoadPiece> NewerPieceAsync(IEnumerable<PositionRow> rows, CancellationToken cancellationToken)
    {
        var version = await connection.Frontend.VersionAsync(cancellationToken).ConfigureAwait(false);
        var piece = Piece(rows);
        return version.HasConditions ? piece with { Headers = [.. Form, new("merge_condition", "number")] } : piece;
    }

    /// <summary>Another process that was started for the same pipeline puts its own token here. It aborts what this one has open; here that is noticed before more is done.</summary>
    /// <exception cref="CommitConflictException">The table is not this run's any more (transient).</exception>
    public async Task RequireOwnAsync(string pipeline, string run, IEnumerable<TableName> tables, CancellationToken cancellationToken)
    {
        var rows = await ReadPipelineAsync(pipeline, cancellationToken).ConfigureAwait(false);
        foreach (var table in tables)
        {
            if (rows.FirstOrDefault(r => r.Table == table.Table)?.Owner != run)
            {
                throw new CommitConflictException(
                    $"StarRocks table {table} is filled by another run of pipeline \"{pipeline}\" now: two processes run it at the same time, or somebody changed {Name}. Nothing was committed here.") { IsTransient = true };
            }
        }
    }

    /// <summary>Rows on their way into this table as part of a transaction over several.</summary>
    public LoadPiece Piece(IEnumerable<PositionRow> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                Write(json, row);
            }

            json.WriteEndArray();
        }

        var body = new LoadBody();
        body.Write(buffer.WrittenSpan);
        return new LoadPiece(Name, Form, body);
    }

    private static void Write(Utf8JsonWriter json, PositionRow row)
    {
        json.WriteStartObject();
        json.WriteString("sink", Hash64.Of(Encoding.UTF8.GetBytes(row.Table)).ToString("x16", CultureInfo.InvariantCulture));
        json.WriteString("table_name", row.Table);
        json.WriteString("pipeline", row.Pipeline);
        json.WriteString("plan", row.Plan);
        json.WriteString("tables", row.Tables);
        json.WriteString("columns", string.Join(Separator, row.Columns));
        json.WriteNumber("number", row.Number);
        json.WriteString("run", row.Run);
        json.WriteString("position", PositionRow.Write(row.Position));
        json.WriteString("gtid", row.Position?.GetValueOrDefault("gtid"));
        json.WriteString("pending_label", row.PendingLabel);
        json.WriteString("pending_position", PositionRow.Write(row.PendingPosition));
        json.WriteString("written_at", row.WrittenAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private async Task<IReadOnlyList<PositionRow>> ReadAsync(string column, string value, CancellationToken cancellationToken)
    {
        var found = await connection.Frontend.QueryAsync($"SELECT {Selected} FROM {Name.Quoted} WHERE `{column}` = {SqlText.Literal(value)}", cancellationToken).ConfigureAwait(false);
        return [.. found.Rows.Select(r => new PositionRow(r[0]!, r[1]!, r[2] ?? "", long.Parse(r[3]!, CultureInfo.InvariantCulture), r[4] ?? "", PositionRow.Read(r[5]))
        {
            PendingLabel = r[6],
            PendingPosition = PositionRow.Read(r[7]),
            WrittenAt = DateTimeOffset.Parse(r[8]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            Tables = r[9] ?? "",
            Columns = r[10]?.Split(Separator, StringSplitOptions.RemoveEmptyEntries) ?? [],
        })];
    }
}
