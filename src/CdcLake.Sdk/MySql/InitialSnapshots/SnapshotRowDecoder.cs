using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// Appends binary rows of one table to the columns of a batch; the values are those the binary log decoder gives for the same rows.
/// Nothing is allocated per row.
/// </summary>
internal sealed class SnapshotRowDecoder
{
    private readonly MySqlTableName _table;
    private readonly InvalidDates _invalidDates;
    private readonly Slot[] _slots;

    /// <param name="table">For messages.</param>
    /// <param name="columns">Columns of the rows, in the order of the batch's.</param>
    /// <param name="invalidDates">What a date becomes that no calendar has.</param>
    /// <exception cref="UnsupportedTypeException">A column cannot be captured.</exception>
    public SnapshotRowDecoder(MySqlTableName table, IReadOnlyList<MySqlColumn> columns, InvalidDates invalidDates = InvalidDates.Error)
    {
        (_table, _invalidDates) = (table, invalidDates);
        _slots = [.. columns.Select(c => new Slot { Kind = SnapshotValueKinds.Of(table, c), Definition = c })];
    }

    /// <summary>Chooses the batch that the next rows go to.</summary>
    public void Bind(ChangeBatch batch)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            _slots[i].Target = batch[i];
        }
    }

    /// <summary>Appends the values of one row; the caller counts its weight.</summary>
    /// <exception cref="MySqlProtocolException">The row contradicts its layout; the bound batch is then unusable.</exception>
    /// <exception cref="UnsupportedTypeException">A date that no calendar has, where the policy refuses it.</exception>
    public void Append(ReadOnlySpan<byte> row)
    {
        var at = BinaryRow.ValuesAt(_slots.Length);
        if (row.Length < at)
        {
            throw Overrun(row, at);
        }

        for (var i = 0; i < _slots.Length; i++)
        {
            ref var slot = ref _slots[i];
            if (BinaryRow.IsNull(row, i))
            {
                slot.Target.AppendNull();
            }
            else
            {
                at = AppendValue(ref slot, row, at);
            }
        }

        if (at != row.Length)
        {
            throw MySqlProtocolException.Malformed("Binary row", at, $"{row.Length - at} bytes left over");
        }
    }

    /// <summary>Checks the text of all rows appended since <see cref="Bind"/>, as the log decoder does.</summary>
    /// <exception cref="UnsupportedTypeException">A text is not UTF-8.</exception>
    public void CheckText()
    {
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Kind == SnapshotValueKind.Bytes && !slot.Definition.IsBinary && !IsText(Unsafe.As<BytesColumn>(slot.Target)))
            {
                throw new UnsupportedTypeException(
                    $"Column {slot.Definition.Name} of {_table} ({slot.Definition.NativeType}, {slot.Definition.Charset}) holds bytes that are not UTF-8 text. "
                    + "Repair the rows on the server, or change the column to VARBINARY or BLOB.");
            }
        }
    }

    private static bool IsText(BytesColumn column)
    {
        if (Ascii.IsValid(column.Data))
        {
            return true;
        }

        // Valid as a whole, and no value begins inside a character.
        var data = column.Data;
        var start = 0;
        var valid = Utf8.IsValid(data);
        foreach (var end in column.Ends)
        {
            valid &= start == end || (data[start] & 0xC0) != 0x80;
            start = end;
        }

        return valid;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int AppendValue(ref Slot slot, ReadOnlySpan<byte> row, int at)
    {
        switch (slot.Kind)
        {
            case SnapshotValueKind.Int8:
                Fixed<int>(slot).Append((sbyte)Take(row, at, 1)[0]);
                return at + 1;
            case SnapshotValueKind.UInt8:
                Fixed<int>(slot).Append(Take(row, at, 1)[0]);
                return at + 1;
            case SnapshotValueKind.Int16:
                Fixed<int>(slot).Append(BinaryPrimitives.ReadInt16LittleEndian(Take(row, at, 2)));
                return at + 2;
            case SnapshotValueKind.UInt16:
                Fixed<int>(slot).Append(BinaryPrimitives.ReadUInt16LittleEndian(Take(row, at, 2)));
                return at + 2;
            case SnapshotValueKind.Int32:
                Fixed<int>(slot).Append(BinaryPrimitives.ReadInt32LittleEndian(Take(row, at, 4)));
                return at + 4;
            case SnapshotValueKind.UInt32ToInt64:
                Fixed<long>(slot).Append(BinaryPrimitives.ReadUInt32LittleEndian(Take(row, at, 4)));
                return at + 4;
            case SnapshotValueKind.Int64:
                Fixed<long>(slot).Append(BinaryPrimitives.ReadInt64LittleEndian(Take(row, at, 8)));
                return at + 8;
            case SnapshotValueKind.UInt64ToInt128:
                Fixed<Int128>(slot).Append(BinaryPrimitives.ReadUInt64LittleEndian(Take(row, at, 8)));
                return at + 8;
            case SnapshotValueKind.Float32:
                Fixed<float>(slot).Append(BinaryPrimitives.ReadSingleLittleEndian(Take(row, at, 4)));
                return at + 4;
            case SnapshotValueKind.Float64:
                Fixed<double>(slot).Append(BinaryPrimitives.ReadDoubleLittleEndian(Take(row, at, 8)));
                return at + 8;
            default:
                var value = TakeLengthEncoded(row, ref at);
                AppendVariable(ref slot, value);
                return at;
        }
    }

    private void AppendVariable(ref Slot slot, ReadOnlySpan<byte> value)
    {
        switch (slot.Kind)
        {
            case SnapshotValueKind.Bytes:
                Unsafe.As<BytesColumn>(slot.Target).Append(value);
                break;
            case SnapshotValueKind.DecimalToInt64:
                Fixed<long>(slot).Append(DecimalText.ReadInt64(value, slot.Definition.Scale));
                break;
            case SnapshotValueKind.DecimalToInt128:
                Fixed<Int128>(slot).Append(DecimalText.ReadInt128(value, slot.Definition.Scale));
                break;
            case SnapshotValueKind.DecimalText:
                Unsafe.As<BytesColumn>(slot.Target).Append(DecimalText.Trim(value));
                break;
            case SnapshotValueKind.Date:
                AppendDate(slot, value, BinaryTemporal.ReadDate(value), MySqlCalendar.InvalidDate);
                break;
            case SnapshotValueKind.DateTime:
                AppendDate(slot, value, BinaryTemporal.ReadDateTime(value), MySqlCalendar.InvalidTime);
                break;
            case SnapshotValueKind.Time:
                Fixed<long>(slot).Append(BinaryTemporal.ReadTime(value));
                break;
            case SnapshotValueKind.BitToBoolean:
                Fixed<byte>(slot).Append(ReadBits(value) != 0 ? (byte)1 : (byte)0);
                break;
            case SnapshotValueKind.BitToInt64:
                Fixed<long>(slot).Append(unchecked((long)ReadBits(value)));
                break;
            default:
                Fixed<Int128>(slot).Append(ReadBits(value));
                break;
        }
    }

    private void AppendDate<T>(in Slot slot, ReadOnlySpan<byte> bytes, T value, T invalid)
        where T : unmanaged, IEquatable<T>
    {
        if (!value.Equals(invalid))
        {
            Fixed<T>(slot).Append(value);
        }
        else if (_invalidDates == InvalidDates.Epoch)
        {
            Fixed<T>(slot).Append(default);
        }
        else if (_invalidDates == InvalidDates.Null && slot.Definition.IsNullable)
        {
            slot.Target.AppendNull();
        }
        else
        {
            throw MySqlCalendar.Refuse(_table.ToString(), slot.Definition, BinaryTemporal.Text(bytes, hasTime: slot.Kind == SnapshotValueKind.DateTime));
        }
    }

    private static ulong ReadBits(ReadOnlySpan<byte> value)
    {
        if (value.Length > sizeof(ulong))
        {
            throw MySqlProtocolException.Malformed("Bit value", 0, $"{value.Length} bytes");
        }

        ulong bits = 0;
        foreach (var b in value)
        {
            bits = (bits << 8) | b;
        }

        return bits;
    }

    // The columns were made for the kinds by the schema; a cast per value would be paid for nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FixedColumn<T> Fixed<T>(in Slot slot)
        where T : unmanaged => Unsafe.As<FixedColumn<T>>(slot.Target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> row, int at, int count) =>
        (uint)count <= (uint)(row.Length - at) ? row.Slice(at, count) : throw Overrun(row, at + count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> TakeLengthEncoded(ReadOnlySpan<byte> row, ref int at)
    {
        int length = Take(row, at, 1)[0];
        if (length < 0xFB)
        {
            var value = Take(row, at + 1, length);
            at += 1 + length;
            return value;
        }

        var reader = new PacketReader(row[at..]);
        var longValue = reader.ReadLengthEncodedBytes();
        at += reader.Position;
        return longValue;
    }

    private static MySqlProtocolException Overrun(ReadOnlySpan<byte> row, int needed) =>
        MySqlProtocolException.Malformed("Binary row", row.Length, $"at least {needed} bytes expected");

    private struct Slot
    {
        public SnapshotValueKind Kind;
        public MySqlColumn Definition;
        public Column Target;
    }
}
