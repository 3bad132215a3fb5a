using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Testing.StarRocks.Loading;

/// <summary>How a body is to be read, as its headers say.</summary>
internal sealed class LoadHeaders
{
    private LoadHeaders(IHeaderDictionary headers)
    {
        Format = headers["format"].ToString() is { Length: > 0 } format ? format.ToLowerInvariant() : "csv";
        Compression = headers["compression"].ToString().ToLowerInvariant();
        ContentEncoding = headers.ContentEncoding.ToString().ToLowerInvariant();
        IsStrict = IsTrue(headers["strict_mode"]);
        StripsArray = IsTrue(headers["strip_outer_array"]);
        IgnoresJsonSize = IsTrue(headers["ignore_json_size"]);
        MaxFilterRatio = double.TryParse(headers["max_filter_ratio"], NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) ? ratio : 0;
        MergeCondition = headers["merge_condition"].ToString();
        Columns = [.. headers["columns"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(c => c.Trim('`'))];
        ColumnSeparator = Separator(headers["column_separator"].ToString(), "\t");
        RowDelimiter = Separator(headers["row_delimiter"].ToString(), "\n");
        Enclose = headers["enclose"].ToString() is [var quote, ..] ? quote : '\0';
        Escape = headers["escape"].ToString() is [var escape, ..] ? escape : '\0';
    }

    public string Format { get; }

    public bool IsJson => Format == "json";

    public string Compression { get; }

    public string ContentEncoding { get; }

    public bool IsGzip => Format == "gzip" || Compression == "gzip" || ContentEncoding == "gzip";

    public bool IsStrict { get; }

    public bool StripsArray { get; }

    public bool IgnoresJsonSize { get; }

    public double MaxFilterRatio { get; }

    /// <summary>A column of which a row must have no lower value than the row that is there; empty for all rows.</summary>
    public string MergeCondition { get; }

    public IReadOnlyList<string> Columns { get; }

    public string ColumnSeparator { get; }

    public string RowDelimiter { get; }

    public char Enclose { get; }

    public char Escape { get; }

    /// <summary>What the loads of one transaction must have in common.</summary>
    public string Signature => string.Join('|', Format, Compression, string.Join(',', Columns), ColumnSeparator, RowDelimiter, Enclose, StripsArray, IsStrict, MergeCondition);

    public static LoadHeaders Of(IHeaderDictionary headers) => new(headers);

    /// <summary>What a backend objects to before it reads the body; null when nothing.</summary>
    public string? Objection(bool readsCompressedJson)
    {
        if (Format is not ("csv" or "json" or "gzip"))
        {
            return $"unknown data format, format={Format}";
        }

        if (Compression.Length > 0 && ContentEncoding.Length > 0)
        {
            return "Only one of http header content-encoding and compression can be set";
        }

        return IsJson && IsGzip && !readsCompressedJson ? "compressed JSON format is not supported yet" : null;
    }

    private static bool IsTrue(string? text) => string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);

    // Control characters come as hexadecimal text: \x01.
    private static string Separator(string text, string otherwise)
    {
        if (text.Length == 0)
        {
            return otherwise;
        }

        return text.StartsWith("\\x", StringComparison.OrdinalIgnoreCase) ? System.Text.Encoding.ASCII.GetString(Convert.FromHexString(text[2..])) : text;
    }
}
