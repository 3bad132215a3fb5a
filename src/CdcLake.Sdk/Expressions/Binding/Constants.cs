using System.Numerics;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Binding;

/// <summary>.NET values as column values.</summary>
internal static class Constants
{
    /// <summary>Literal or captured value with the narrowest type that keeps its meaning: a decimal gets exactly its digits.</summary>
    public static BoundConstant Bind(ConstantExpr constant)
    {
        var text = ExprPrinter.Literal(constant.Value);
        var declared = ClrTypes.ColumnType(constant.Type) ?? throw new UnsupportedExpressionException(
            $"A constant of type {ClrTypes.Name(constant.Type)} cannot be a column value. Use a number, string, date, bool or byte[].");
        return constant.Value switch
        {
            null => new BoundConstant(null, declared, text),
            decimal d => BindDecimal(d, text),
            _ => BindOther(constant.Value, text),
        };
    }

    /// <summary>An integer constant as a decimal of exactly its digits.</summary>
    public static BoundConstant AsDecimal(BoundConstant constant)
    {
        var value = constant.Value switch
        {
            int i => (Int128)i,
            long l => l,
            Int128 w => w,
            _ => Int128.Zero,
        };
        return Decimal(value, 0, constant.Text);
    }

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static BoundConstant BindDecimal(decimal value, string text)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = (UInt128)(uint)bits[2] << 64 | (UInt128)(uint)bits[1] << 32 | (uint)bits[0];
        return Decimal(value < 0 ? -(Int128)magnitude : (Int128)magnitude, value.Scale, text);
    }

    private static BoundConstant Decimal(Int128 unscaled, int scale, string text)
    {
        var digits = Math.Max(BigInteger.Abs(unscaled).ToString(System.Globalization.CultureInfo.InvariantCulture).Length, Math.Max(scale, 1));
        var type = DataType.Decimal(digits, scale);
        return new BoundConstant(type.Storage == StorageKind.Int64 ? (object)(long)unscaled : unscaled, type, text);
    }

    private static BoundConstant BindOther(object value, string text) => value switch
    {
        bool b => new BoundConstant(b ? (byte)1 : (byte)0, DataType.Boolean, text),
        sbyte v => new BoundConstant((int)v, new DataType(TypeKind.Int8), text),
        byte v => new BoundConstant((int)v, new DataType(TypeKind.UInt8), text),
        short v => new BoundConstant((int)v, new DataType(TypeKind.Int16), text),
        ushort v => new BoundConstant((int)v, new DataType(TypeKind.UInt16), text),
        int v => new BoundConstant(v, DataType.Int32, text),
        uint v => new BoundConstant((long)v, new DataType(TypeKind.UInt32), text),
        long v => new BoundConstant(v, DataType.Int64, text),
        ulong v => new BoundConstant((Int128)v, new DataType(TypeKind.UInt64), text),
        float v => new BoundConstant(v, new DataType(TypeKind.Float32), text),
        double v => new BoundConstant(v, DataType.Float64, text),
        Guid v => new BoundConstant(Encoding.UTF8.GetBytes(v.ToString()), DataType.String, text),
        string v => new BoundConstant(Encoding.UTF8.GetBytes(v), DataType.String, text),
        byte[] v => new BoundConstant(v, DataType.Binary, text),
        DateOnly v => new BoundConstant(v.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber, DataType.Date, text),
        DateTime v => new BoundConstant(
            ((v.Kind == DateTimeKind.Local ? v.ToUniversalTime() : v).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, DataType.DateTime(6), text),
        DateTimeOffset v => new BoundConstant((v.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, DataType.Timestamp(6), text),
        TimeSpan v => new BoundConstant(v.Ticks / TimeSpan.TicksPerMicrosecond, DataType.Time(6), text),
        Enum v => new BoundConstant(Encoding.UTF8.GetBytes(v.ToString()), DataType.String, text),
        _ => throw new UnsupportedExpressionException($"{text} cannot be a column value. Use a number, string, date, bool or byte[]."),
    };
}
