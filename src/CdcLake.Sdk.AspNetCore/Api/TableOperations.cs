using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcLake.AspNetCore.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CdcLake.AspNetCore.Api;

/// <summary>What can be read of views and tables. At most two reads happen at the same time, lest a page that many look at takes the processor from the pipelines.</summary>
internal sealed class TableOperations(CdcLakeDashboardOptions options)
{
    private const int ShownRows = 1000;

    private static readonly ApiParameter[] Version =
    [
        new("snapshot", "string", "Id of an Iceberg snapshot to read; the current one when it is missing"),
        new("gtid", "string", "GTID set: the newest snapshot that it includes is read"),
    ];

    private static readonly SemaphoreSlim Reads = new(2);

    public IEnumerable<ApiOperation> All =>
    [
        new("GET", "/pipelines/{pipeline}/tables", "listTables", "The views and Iceberg tables of a pipeline, with columns, sizes and snapshots", ListAsync)
        {
            Response = DashboardJson.Redacted.IReadOnlyListTableInfo,
        },
        new("GET", "/pipelines/{pipeline}/tables/{table}", "getTable", "One of them, by the name of its sink", GetAsync) { Response = DashboardJson.Redacted.TableInfo },
        new("GET", "/pipelines/{pipeline}/tables/{table}/rows", "readRows", "Its rows: columns, rows as arrays, how many were read, and isCut when it has more", RowsAsync)
        {
            Query =
            [
                .. Version,
                new("limit", "integer", "Rows to give, from 1 to 1,000; 100 when it is missing"),
                new("offset", "integer", "Rows to leave out before"),
                new("sort", "string", "Column to sort by; as they come when it is missing"),
                new("order", "string", "asc or desc"),
            ],
        },
        new("GET", "/pipelines/{pipeline}/tables/{table}/chart", "drawChart", "One value for each value of a column: points with x and y", ChartAsync)
        {
            Query =
            [
                .. Version,
                new("x", "string", "Column of the categories; one value over all rows when it is missing"),
                new("y", "string", "Column of the values"),
                new("agg", "string", "sum, avg, min, max or count"),
                new("sort", "string", "value: the largest first; x: in the order of the categories"),
                new("top", "integer", "Categories to give, from 1 to 500; 20 when it is missing"),
            ],
        },
    ];

    private static IEnumerable<IReadableResult> ResultsOf(IPipelineHandle pipeline) => [.. pipeline.Views.Select(v => new ViewResult(v)), .. pipeline.Tables.Select(t => new IcebergResult(t))];

    private static IReadableResult ResultOf(HttpContext context)
    {
        var name = (string)context.GetRouteValue("table")!;
        var all = ResultsOf(context.Pipeline()).ToList();
        return all.Find(r => r.Name == name)
            ?? throw new ApiException(StatusCodes.Status404NotFound, "The pipeline has no such table or view.", $"It has: {string.Join(", ", all.Select(r => r.Name))}.");
    }

    private static async Task ListAsync(HttpContext context)
    {
        var tables = new List<TableInfo>();
        foreach (var result in ResultsOf(context.Pipeline()))
        {
            tables.Add(await DescribeAsync(result, context.RequestAborted).ConfigureAwait(false));
        }

        await Answers.JsonAsync(context, tables, DashboardJson.Redacted.IReadOnlyListTableInfo).ConfigureAwait(false);
    }

    private static async Task GetAsync(HttpContext context) =>
        await Answers.JsonAsync(context, await DescribeAsync(ResultOf(context), context.RequestAborted).ConfigureAwait(false), DashboardJson.Redacted.TableInfo).ConfigureAwait(false);

    // A table that is not there yet, or whose store does not answer, is no reason not to show the others.
    private static async Task<TableInfo> DescribeAsync(IReadableResult result, CancellationToken cancellationToken)
    {
        try
        {
            return await result.DescribeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CatalogException error) when (error.Error is CatalogError.NoSuchTable or CatalogError.NoSuchNamespace)
        {
            return new TableInfo(result.Name, "iceberg") { Problem = "Nothing was committed yet: the table comes with the first commit." };
        }
        catch (CdcLakeException error)
        {
            return new TableInfo(result.Name, "iceberg") { Problem = error.Message };
        }
    }

    private async Task RowsAsync(HttpContext context)
    {
        var limit = context.Number("limit", 100, 1, ShownRows);
        var offset = context.Number("offset", 0, 0, options.ReadRows);
        var sort = context.Text("sort");
        var isDescending = context.Word("order", "asc", "desc") == "desc";
        var result = await ReadAsync(context, null, sort is null ? Math.Min(offset + limit, options.ReadRows) : options.ReadRows).ConfigureAwait(false);
        var rows = result.Rows;
        if (sort is not null)
        {
            var column = result.IndexOf(sort, "sort");
            var order = Comparer<object?>.Create(Cells.Compare);
            rows = [.. isDescending ? rows.OrderByDescending(r => r[column], order) : rows.OrderBy(r => r[column], order)];
        }

        await WriteAsync(context, result, json =>
        {
            json.WriteStartArray("rows");
            foreach (var row in rows.Skip(offset).Take(limit))
            {
                json.WriteStartArray();
                foreach (var cell in row)
                {
                    Cells.Write(json, cell);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private async Task ChartAsync(HttpContext context)
    {
        var query = ChartQuery.Of(context);
        RequireRows();
        var columns = query.ColumnsOf(await ResultOf(context).DescribeAsync(context.RequestAborted).ConfigureAwait(false));
        var result = await ReadAsync(context, columns, options.ReadRows).ConfigureAwait(false);
        var (points, categories) = query.Draw(result);
        await WriteAsync(context, result, json =>
        {
            json.WriteNumber("categories", categories);
            json.WriteStartArray("points");
            foreach (var point in points)
            {
                json.WriteStartObject();
                json.WritePropertyName("x");
                Cells.Write(json, point.X);
                json.WritePropertyName("y");
                Cells.Write(json, point.Y);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private void RequireRows()
    {
        if (!options.ShowRows)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "Rows are not shown here.", "The application shows them with CdcLakeDashboardOptions.ShowRows = true.");
        }
    }

    private async Task<ResultRows> ReadAsync(HttpContext context, IReadOnlyList<string>? columns, int limit)
    {
        RequireRows();
        var version = new ResultVersion(context.Id("snapshot"), context.Text("gtid"));
        var result = ResultOf(context);
        await Reads.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            return await result.ReadAsync(version, columns, limit, context.RequestAborted).ConfigureAwait(false);
        }
        catch (CatalogException error) when (error.Error is CatalogError.NoSuchTable or CatalogError.NoSuchNamespace)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "The table is not there yet.", "It comes with the first commit.");
        }
        finally
        {
            Reads.Release();
        }
    }

    private static async Task WriteAsync(HttpContext context, ResultRows result, Action<Utf8JsonWriter> content)
    {
        // A thousand rows at most: put together first, since the connection takes no blocking writes.
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("readRows", result.Rows.Count);
            json.WriteBoolean("isCut", result.IsCut);
            json.WritePropertyName("columns");
            JsonSerializer.Serialize(json, result.Columns, DashboardJson.Redacted.IReadOnlyListTableColumn);
            content(json);
            json.WriteEndObject();
        }

        await Answers.JsonAsync(context, buffer.WrittenMemory).ConfigureAwait(false);
    }
}
