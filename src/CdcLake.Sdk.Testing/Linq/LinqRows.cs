using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions.Translation;

namespace CdcLake.Testing.Linq;

/// <summary>Rows of LINQ and rows of a target as texts that are equal when they are the same: decimals with the digits of their column, floating point numbers in twelve of theirs.</summary>
/// <param name="schema">Columns of the target.</param>
internal sealed class LinqRows(Schema schema)
{
    /// <summary>A row as LINQ gives it.</summary>
    /// <exception cref="NotInLinqException">The row is not one value for each column.</exception>
    public string TextOf(object? row)
    {
        if (row is null || LinqKey.IsScalar(row.GetType()))
        {
            return schema.Count == 1 ? Text(0, row) : throw new NotInLinqException("rows of one value");
        }

        var members = LinqKey.Members(row.GetType()).ToDictionary(p => MemberMapping.Of(p, null).ColumnName ?? ShapeColumns.Snake(p.Name), StringComparer.Ordinal);
        return string.Join(", ", schema.Fields.Select((f, i) => members.TryGetValue(f.Name, out var member)
            ? Text(i, member.GetValue(row))
            : throw new NotInLinqException($"column {f.Name}, which no property of {row.GetType().Name} is called after")));
    }

    /// <summary>A row of a target.</summary>
    public string TextOf(ChangeBatch batch, int row) => string.Join(", ", schema.Fields.Select((_, i) => Text(i, CellValue.Of(batch[i], row))));

    private string Text(int column, object? value) => $"{schema[column].Name} = {Of(schema[column].Type, value)}";

    private static string Of(DataType type, object? value) => value switch
    {
        null => "NULL",
        string text => $"'{text}'",
        byte[] bytes => $"0x{Convert.ToHexString(bytes)}",
        bool truth => truth ? "1" : "0",
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        float or double => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("G12", CultureInfo.InvariantCulture),
        Enum or Guid => throw new NotInLinqException($"a {value.GetType().Name} as a result"),
        decimal or long or int or short or sbyte or byte or ushort or uint or ulong => Number(type, Convert.ToDecimal(value, CultureInfo.InvariantCulture)),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotInLinqException($"a {value.GetType().Name} as a result"),
    };

    private static string Number(DataType type, decimal value) =>
        (type.Kind == TypeKind.Decimal ? Math.Round(value, Math.Min((int)type.Scale, 28), MidpointRounding.AwayFromZero) : value).ToString("0.############################", CultureInfo.InvariantCulture);
}
