using System.Buffers.Binary;
using CdcLake.Compression;

namespace CdcLake.Parquet.Variants;

/// <summary>One value of a variant. Layout: see <see cref="VariantType"/>.</summary>
internal readonly ref struct VariantValue
{
    /// <summary>Objects and arrays inside each other that are read and written; MySQL allows 100.</summary>
    public const int MaxDepth = 200;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <param name="bytes">Begins with it; what follows is left alone.</param>
    /// <exception cref="CorruptDataException">There is nothing.</exception>
    public VariantValue(ReadOnlySpan<byte> bytes) => _bytes = bytes.IsEmpty ? throw Corrupt("it ends where a value is expected") : bytes;

    public VariantBasicType BasicType => (VariantBasicType)(_bytes[0] & 3);

    /// <summary>Type of a primitive; a short text is one too.</summary>
    public VariantType Type => BasicType == VariantBasicType.ShortText ? VariantType.Text : (VariantType)Header;

    private int Header => _bytes[0] >> 2;

    /// <summary>The bytes of a text or binary.</summary>
    public ReadOnlySpan<byte> Content => BasicType == VariantBasicType.ShortText ? Take(1, Header)
        : Take(1 + sizeof(uint), BinaryPrimitives.ReadUInt32LittleEndian(Take(1, sizeof(uint))));

    /// <summary>A number, time or decimal: its bytes, of the width that its type has.</summary>
    public ReadOnlySpan<byte> Fixed(int width) => Take(1, width);

    /// <summary>Bytes of the whole value.</summary>
    public int Length => BasicType switch
    {
        VariantBasicType.ShortText => 1 + Content.Length,
        VariantBasicType.Primitive => 1 + WidthOf(Type),
        _ => Container() is var container ? checked(container.HeadLength + (int)container.DataLength) : 0,
    };

    /// <summary>Scale and unscaled value of a decimal.</summary>
    public (int Scale, Int128 Unscaled) Decimal
    {
        get
        {
            var scale = Take(1, 1)[0];
            return scale > Columnar.DataType.MaxDecimalPrecision
                ? throw Corrupt($"a decimal of scale {scale}")
                : (scale, Type switch
                {
                    VariantType.Decimal4 => BinaryPrimitives.ReadInt32LittleEndian(Take(2, sizeof(int))),
                    VariantType.Decimal8 => BinaryPrimitives.ReadInt64LittleEndian(Take(2, sizeof(long))),
                    _ => BinaryPrimitives.ReadInt128LittleEndian(Take(2, 16)),
                });
        }
    }

    public static uint Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0u;
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            number = (number << 8) | bytes[i];
        }

        return number;
    }

    public static CorruptDataException Corrupt(string details) => new("Variant value", 0, details);

    /// <summary>The fields of an object, or the elements of an array.</summary>
    /// <exception cref="CorruptDataException">Malformed.</exception>
    public VariantContainer Container()
    {
        var isObject = BasicType == VariantBasicType.Object;
        var isLarge = (Header & (isObject ? 0x10 : 0x4)) != 0;
        var countWidth = isLarge ? sizeof(uint) : 1;
        var (offsetWidth, nameWidth) = ((Header & 3) + 1, isObject ? ((Header >> 2) & 3) + 1 : 0);
        var count = Number(Take(1, countWidth));
        var head = 1 + countWidth + (count * (long)nameWidth) + ((count + 1L) * offsetWidth);
        var start = head <= _bytes.Length ? (int)head : throw Corrupt($"{count} values in {_bytes.Length} bytes");
        var container = new VariantContainer(_bytes[..start], _bytes[start..], (int)count, 1 + countWidth, nameWidth, offsetWidth);
        return container.DataLength <= _bytes.Length - start ? container : throw Corrupt($"{container.DataLength} bytes of values, {_bytes.Length - start} are there");
    }

    private int WidthOf(VariantType type) => type switch
    {
        VariantType.Null or VariantType.True or VariantType.False => 0,
        VariantType.Int8 => 1,
        VariantType.Int16 => sizeof(short),
        VariantType.Int32 or VariantType.Date or VariantType.Float => sizeof(int),
        VariantType.Decimal4 => 1 + sizeof(int),
        VariantType.Decimal8 => 1 + sizeof(long),
        VariantType.Decimal16 => 1 + 16,
        VariantType.Binary or VariantType.Text => sizeof(uint) + Content.Length,
        VariantType.Uuid => 16,
        <= VariantType.LocalTimestampNanos => sizeof(long),
        _ => throw Corrupt($"type {(int)type}"),
    };

    private ReadOnlySpan<byte> Take(int offset, long length) => offset + length <= _bytes.Length
        ? _bytes.Slice(offset, (int)length)
        : throw Corrupt($"{offset + length} bytes, {_bytes.Length} are there");
}

/// <summary>An object or array: its head was checked, its values are when they are read.</summary>
internal readonly ref struct VariantContainer(ReadOnlySpan<byte> head, ReadOnlySpan<byte> data, int count, int namesAt, int nameWidth, int offsetWidth)
{
    private readonly ReadOnlySpan<byte> _head = head;
    private readonly ReadOnlySpan<byte> _data = data;

    public int Count => count;

    /// <summary>Bytes before the first value.</summary>
    public int HeadLength => _head.Length;

    /// <summary>Bytes of all values.</summary>
    public uint DataLength => Offset(count);

    /// <summary>Number of the name of field i, in the order of the names.</summary>
    public int NameOf(int i) => (int)VariantValue.Number(_head.Slice(namesAt + (i * nameWidth), nameWidth));

    /// <summary>Where value i begins, counted from the first.</summary>
    public uint Offset(int i) => VariantValue.Number(_head.Slice(namesAt + (count * nameWidth) + (i * offsetWidth), offsetWidth));

    /// <summary>Value i, and whatever follows it.</summary>
    public ReadOnlySpan<byte> this[int i] => Offset(i) is var at && at < DataLength
        ? _data[(int)at..(int)DataLength]
        : throw VariantValue.Corrupt($"value {i} at {at} of {DataLength} bytes");
}
