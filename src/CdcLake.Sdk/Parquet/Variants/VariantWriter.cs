using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Common;

namespace CdcLake.Parquet.Variants;

/// <summary>
/// Builds a value, numbers as narrow as they fit. Values inside an object or array are written first, in any order; its head is put before them when it is closed. Allocates nothing once its buffers
/// have the size of the largest value. Layout: see <see cref="VariantType"/>. Not thread-safe.
/// </summary>
internal sealed class VariantWriter : IDisposable
{
    /// <summary>Bytes of a text up to which it has the short form.</summary>
    public const int ShortText = 63;

    private const int KeptBytes = 1 << 20;
    private const int Decimal4Digits = 9;

    private byte[] _bytes = [];
    private int _length;
    private long[] _members = []; // of all that is open: order << 32 | name's number, and where the value begins
    private int _memberCount;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear()
    {
        _length = _memberCount = 0;
        if (_bytes.Length > KeptBytes)
        {
            Pooled.Return(ref _bytes);
        }
    }

    public void Dispose()
    {
        Pooled.Return(ref _bytes);
        Pooled.Return(ref _members);
    }

    /// <summary>A value that has no more than its type.</summary>
    public void Append(VariantType type) => Room(1)[0] = Primitive(type);

    /// <summary>The narrowest type of an integer.</summary>
    public static VariantType TypeOf(long value) => value == (sbyte)value ? VariantType.Int8 : value == (short)value ? VariantType.Int16 : value == (int)value ? VariantType.Int32 : VariantType.Int64;

    /// <summary>The narrowest type of a decimal. It follows digits and scale alike, as Spark demands.</summary>
    public static VariantType TypeOf(Int128 unscaled, int scale) => Int128.Abs(unscaled) is var magnitude && scale <= Decimal4Digits && magnitude < PowersOfTen.Of(Decimal4Digits) ? VariantType.Decimal4
        : scale <= DataType.MaxLongPrecision && magnitude < PowersOfTen.Of(DataType.MaxLongPrecision) ? VariantType.Decimal8
        : VariantType.Decimal16;

    public void Append(long value)
    {
        if (value == (sbyte)value)
        {
            Start(VariantType.Int8, 1)[0] = (byte)value;
        }
        else if (value == (short)value)
        {
            BinaryPrimitives.WriteInt16LittleEndian(Start(VariantType.Int16, sizeof(short)), (short)value);
        }
        else if (value == (int)value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(Start(VariantType.Int32, sizeof(int)), (int)value);
        }
        else
        {
            Append(VariantType.Int64, value);
        }
    }

    /// <summary>A value of eight bytes: an integer, or a time.</summary>
    public void Append(VariantType type, long value) => BinaryPrimitives.WriteInt64LittleEndian(Start(type, sizeof(long)), value);

    public void Append(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Start(VariantType.Double, sizeof(double)), value);

    public void Append(float value) => BinaryPrimitives.WriteSingleLittleEndian(Start(VariantType.Float, sizeof(float)), value);

    public void AppendDate(int days) => BinaryPrimitives.WriteInt32LittleEndian(Start(VariantType.Date, sizeof(int)), days);

    /// <summary>A decimal of the narrowest type.</summary>
    public void Append(Int128 unscaled, int scale) => AppendDecimal(TypeOf(unscaled, scale), unscaled, scale);

    /// <summary>A decimal of a type that holds it.</summary>
    public void AppendDecimal(VariantType type, Int128 unscaled, int scale)
    {
        switch (type)
        {
            case VariantType.Decimal4:
                BinaryPrimitives.WriteInt32LittleEndian(StartDecimal(type, scale, sizeof(int)), (int)unscaled);
                break;
            case VariantType.Decimal8:
                BinaryPrimitives.WriteInt64LittleEndian(StartDecimal(type, scale, sizeof(long)), (long)unscaled);
                break;
            default:
                BinaryPrimitives.WriteInt128LittleEndian(StartDecimal(VariantType.Decimal16, scale, 16), unscaled);
                break;
        }
    }

    public void AppendText(ReadOnlySpan<byte> text)
    {
        if (text.Length > ShortText)
        {
            AppendBytes(VariantType.Text, text);
            return;
        }

        var room = Room(1 + text.Length);
        room[0] = (byte)((int)VariantBasicType.ShortText | (text.Length << 2));
        text.CopyTo(room[1..]);
    }

    /// <summary>A binary or long text.</summary>
    public void AppendBytes(VariantType type, ReadOnlySpan<byte> bytes)
    {
        var room = Start(type, sizeof(int) + bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(room, bytes.Length);
        bytes.CopyTo(room[sizeof(int)..]);
    }

    public void AppendUuid(ReadOnlySpan<byte> bigEndian) => bigEndian.CopyTo(Start(VariantType.Uuid, bigEndian.Length));

    /// <summary>A value as it is encoded; of an object, with the numbers of the same names.</summary>
    public void AppendEncoded(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    /// <summary>Begins an object or array.</summary>
    /// <returns>To be handed back when it ends.</returns>
    public (int Start, int Members) Open() => (_length, _memberCount);

    /// <summary>Says that the next value is a field of the object that was opened last.</summary>
    /// <param name="open">The object.</param>
    /// <param name="name">Number of the name.</param>
    /// <param name="order">Place of the name among all names in the order of their bytes.</param>
    public void Field((int Start, int Members) open, int name, int order)
    {
        Pooled.Grow(ref _members, _memberCount + 2, _memberCount);
        _members[_memberCount++] = ((long)order << 32) | (uint)name;
        _members[_memberCount++] = _length - open.Start;
    }

    /// <summary>Says that the next value is an element of the array that was opened last.</summary>
    public void Element((int Start, int Members) open)
    {
        Pooled.Grow(ref _members, _memberCount + 1, _memberCount);
        _members[_memberCount++] = _length - open.Start;
    }

    /// <summary>Ends an object.</summary>
    /// <returns>False when two of its fields have the same name.</returns>
    public bool CloseObject((int Start, int Members) open)
    {
        var count = (_memberCount - open.Members) / 2;
        Pooled.Grow(ref _members, _memberCount + (2 * count), _memberCount);
        var names = _members.AsSpan(_memberCount, count);
        var offsets = _members.AsSpan(_memberCount + count, count);
        for (var i = 0; i < count; i++)
        {
            names[i] = _members[open.Members + (2 * i)];
            offsets[i] = _members[open.Members + (2 * i) + 1];
        }

        names.Sort(offsets);
        var (highest, isUnique) = (0u, true);
        for (var i = 0; i < count; i++)
        {
            highest = Math.Max(highest, (uint)names[i]);
            isUnique &= i == 0 || names[i] >> 32 != names[i - 1] >> 32;
        }

        _memberCount = open.Members;
        WriteHead(VariantBasicType.Object, open.Start, WidthOf(highest), names, offsets);
        return isUnique;
    }

    /// <summary>Ends an array.</summary>
    public void CloseArray((int Start, int Members) open)
    {
        var offsets = _members.AsSpan(open.Members, _memberCount - open.Members);
        _memberCount = open.Members;
        WriteHead(VariantBasicType.Array, open.Start, 0, [], offsets);
    }

    /// <summary>Fewest bytes that hold a number.</summary>
    public static int WidthOf(uint number) => number switch { < 1 << 8 => 1, < 1 << 16 => 2, < 1 << 24 => 3, _ => 4 };

    /// <summary>Writes a number of <paramref name="width"/> bytes; returns what follows.</summary>
    public static Span<byte> Put(Span<byte> target, long number, int width)
    {
        for (var i = 0; i < width; i++)
        {
            target[i] = (byte)(number >> (8 * i));
        }

        return target[width..];
    }

    private static byte Primitive(VariantType type) => (byte)((int)type << 2);

    private void WriteHead(VariantBasicType type, int start, int nameWidth, ReadOnlySpan<long> names, ReadOnlySpan<long> offsets)
    {
        var size = _length - start;
        var (count, isLarge, offsetWidth) = (offsets.Length, offsets.Length > byte.MaxValue, WidthOf((uint)size));
        var countWidth = isLarge ? sizeof(uint) : 1;
        var head = checked(1 + countWidth + (names.Length * nameWidth) + ((count + 1) * offsetWidth));
        _ = Room(head);
        _bytes.AsSpan(start, size).CopyTo(_bytes.AsSpan(start + head));
        var target = _bytes.AsSpan(start, head);
        var header = type == VariantBasicType.Object ? (offsetWidth - 1) | ((nameWidth - 1) << 2) | (isLarge ? 0x10 : 0) : (offsetWidth - 1) | (isLarge ? 0x4 : 0);
        target[0] = (byte)((int)type | (header << 2));
        target = Put(target[1..], count, countWidth);
        foreach (var name in names)
        {
            target = Put(target, (uint)name, nameWidth);
        }

        foreach (var offset in offsets)
        {
            target = Put(target, offset, offsetWidth);
        }

        Put(target, size, offsetWidth);
    }

    private Span<byte> StartDecimal(VariantType type, int scale, int bytes)
    {
        var room = Start(type, 1 + bytes);
        room[0] = (byte)scale;
        return room[1..];
    }

    private Span<byte> Start(VariantType type, int bytes)
    {
        var room = Room(checked(1 + bytes));
        room[0] = Primitive(type);
        return room[1..];
    }

    private Span<byte> Room(int bytes)
    {
        Pooled.Grow(ref _bytes, checked(_length + bytes), _length);
        _length += bytes;
        return _bytes.AsSpan(_length - bytes, bytes);
    }
}
