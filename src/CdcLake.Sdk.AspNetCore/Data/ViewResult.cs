using CdcLake.AspNetCore.Api;

namespace CdcLake.AspNetCore.Data;

/// <summary>A view, which has its current version alone.</summary>
internal sealed class ViewResult(IView view) : IReadableResult
{
    private readonly TableColumn[] _columns = [.. view.Columns.Select((name, i) => ColumnOf(name, view.ColumnTypes[i]))];

    public string Name => view.Name;

    public Task<TableInfo> DescribeAsync(CancellationToken cancellationToken) => Task.FromResult(new TableInfo(Name, "view")
    {
        Columns = _columns,
        Rows = view.Count,
        Position = view.Read().Position,
    });

    public Task<ResultRows> ReadAsync(ResultVersion version, IReadOnlyList<string>? columns, int limit, CancellationToken cancellationToken)
    {
        if (version != new ResultVersion(null, null))
        {
            throw Requests.Bad(version.Snapshot is null ? "gtid" : "snapshot", "a view has its current state alone; Iceberg tables keep older ones");
        }

        var wanted = columns?.Select(name => Array.FindIndex(_columns, c => c.Name == name)).ToArray();
        var rows = new List<IReadOnlyList<object?>>();
        foreach (var row in view.Read().Rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (rows.Count == limit)
            {
                return Task.FromResult(new ResultRows(Chosen(wanted), rows, IsCut: true));
            }

            rows.Add(wanted is null ? row : Array.ConvertAll(wanted, i => row[i]));
        }

        return Task.FromResult(new ResultRows(Chosen(wanted), rows, IsCut: false));
    }

    private TableColumn[] Chosen(int[]? wanted) => wanted is null ? _columns : Array.ConvertAll(wanted, i => _columns[i]);

    private static TableColumn ColumnOf(string name, Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        var kind = bare.IsEnum ? "text" : Type.GetTypeCode(bare) switch
        {
            TypeCode.Boolean => "truth",
            TypeCode.DateTime => "time",
            >= TypeCode.SByte and <= TypeCode.Decimal => "number",
            _ => bare == typeof(DateTimeOffset) || bare == typeof(DateOnly) ? "time" : bare == typeof(Int128) || bare == typeof(UInt128) ? "number" : "text",
        };
        return new TableColumn(name, bare.Name + (bare == type ? "" : "?"), kind);
    }
}
