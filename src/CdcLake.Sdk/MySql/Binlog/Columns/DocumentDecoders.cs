using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Json;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>JSON: a binary document in the log, its text in a snapshot.</summary>
internal sealed class JsonDecoder(string table, MySqlColumn definition, ImageSize size) : BytesDecoder(table, definition, size)
{
    private readonly JsonPrinter _printer = new();

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        for (var i = 0; i < count; i++)
        {
            target.Append(values.Nulls[i] != 0 ? default : _printer.Print(values.Of(images, i)));
        }

        _printer.Trim();
    }
}

/// <summary>Spatial values: stored the same way in the log and in a snapshot, and handed on as <see cref="GeometryBytes"/> says.</summary>
internal sealed class GeometryDecoder(string table, MySqlColumn definition, ImageSize size) : BytesDecoder(table, definition, size)
{
    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        Append(BinaryValue.TakePrefixed(row, ref at), (BytesColumn)target);
        return at;
    }

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        for (var i = 0; i < count; i++)
        {
            if (values.Nulls[i] != 0)
            {
                target.Append(default);
            }
            else
            {
                Append(values.Of(images, i), target);
            }
        }
    }

    private void Append(ReadOnlySpan<byte> stored, BytesColumn target)
    {
        if (!GeometryBytes.IsGeometry(stored))
        {
            throw new UnsupportedTypeException($"Table {Table}: column \"{Definition.Name}\" holds {stored.Length} bytes that are not a spatial value. Repair the rows on the server.");
        }

        GeometryBytes.Write(stored, target.AppendUninitialized(GeometryBytes.Length(stored)));
    }
}
