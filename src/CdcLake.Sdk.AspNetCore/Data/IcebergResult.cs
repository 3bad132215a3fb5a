using System.Globalization;
using CdcLake.AspNetCore.Api;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Data;

/// <summary>An Iceberg table, read through its own scanner, with deletes applied.</summary>
internal sealed class IcebergResult(IcebergTable table) : IReadableResult
{
    private const int ShownSnapshots = 200;

    public string Name => $"iceberg({table.Name})";

    public async Task<TableInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        var info = await table.InspectAsync(cancellationToken).ConfigureAwait(false);
        var snapshots = info.Snapshots.Reverse().Take(ShownSnapshots).Select(s => Of(s, info.CurrentSnapshotId)).ToList();
        var current = snapshots.Find(s => s.IsCurrent);
        return new TableInfo(Name, "iceberg")
        {
            Columns = Columns(info),
            Rows = current?.Rows,
            Files = current?.Files,
            Bytes = current?.Bytes,
            Location = info.Location,
            FormatVersion = info.FormatVersion,
            Position = current?.Gtid,
            Snapshots = snapshots,
        };
    }

    public async Task<ResultRows> ReadAsync(ResultVersion version, IReadOnlyList<string>? columns, int limit, CancellationToken cancellationToken)
    {
        var info = await table.InspectAsync(cancellationToken).ConfigureAwait(false);
        if (version.Snapshot is { } wanted && !info.Snapshots.Any(s => s.Id == wanted))
        {
            throw new ApiException(StatusCodes.Status404NotFound, "There is no such snapshot, or it has expired.", "Choose one that the table still has.");
        }

        var known = Columns(info);
        var rows = new List<IReadOnlyList<object?>>();
        IReadOnlyList<string>? names = null;
        var isCut = false;
        await foreach (var row in Scan(version, columns).ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (rows.Count == limit)
            {
                isCut = true;
                break;
            }

            names ??= row.Columns; // an older version may have had others
            rows.Add([.. names.Select(n => row[n])]);
        }

        names ??= columns ?? [.. known.Select(c => c.Name)];
        return new ResultRows([.. names.Select(n => known.FirstOrDefault(c => c.Name == n) ?? new TableColumn(n, "", "text"))], rows, isCut);
    }

    private IcebergScan<Row> Scan(ResultVersion version, IReadOnlyList<string>? columns)
    {
        var scan = table.Scan();
        scan = columns is null ? scan : scan.Select([.. columns.Distinct()]);
        try
        {
            return version switch
            {
                { Snapshot: { } id } => scan.AtSnapshot(id),
                { Gtid: { } gtid } => scan.AtGtid(gtid),
                _ => scan,
            };
        }
        catch (ArgumentException)
        {
            throw Requests.Bad("gtid", "it is a GTID set as MySQL prints it");
        }
    }

    private static List<TableColumn> Columns(IcebergTableInfo info) => [.. info.Columns.Select(c => new TableColumn(c.Name, c.Type, KindOf(c.Type)))];

    private static string KindOf(string type) => type switch
    {
        "int" or "long" or "float" or "double" => "number",
        "boolean" => "truth",
        "date" => "time",
        _ when type.StartsWith("decimal", StringComparison.Ordinal) => "number",
        _ when type.StartsWith("timestamp", StringComparison.Ordinal) => "time",
        _ => "text",
    };

    // Rows that position deletes have taken away are counted among the records still.
    private static TableSnapshot Of(IcebergSnapshot snapshot, long? current) => new(
        snapshot.Id.ToString(CultureInfo.InvariantCulture),
        snapshot.CommittedAt,
        snapshot.Operation,
        Total(snapshot, "total-equality-deletes") is null or 0 ? Total(snapshot, "total-records") - (Total(snapshot, "total-position-deletes") ?? 0) : null,
        Total(snapshot, "total-data-files"),
        Total(snapshot, "total-files-size"),
        snapshot.Summary.GetValueOrDefault("cdclake.gtid") is { Length: > 0 } gtid ? gtid : null,
        snapshot.Id == current);

    private static long? Total(IcebergSnapshot snapshot, string name) =>
        snapshot.Summary.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
