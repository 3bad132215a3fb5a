using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;

namespace CdcLake.State.Rows;

// A stored row:
//
//   offset      size            field
//   0           ceil(n / 8)     null bits, column k in bit k % 8 of byte k / 8; 1 = null
//   ...         1/4/8/16 each   fixed-width columns in order; a bytes column has here 4 bytes: end of its value, counted from the variable part
//   FixedSize   rest            variable part: values of the bytes columns in order
//
// Numbers are little endian. A null has zeros (or no bytes); −0.0 is stored as 0.0 and every NaN as the same one, so that equal rows have equal bytes.

/// <summary>
/// Turns chosen columns of batches into compact byte rows and back, a column at a time. Rows are equal exactly when their bytes are.
/// Holds scratch memory: one instance serves one stage at a time.
/// </summary>
internal sealed partial class RowCodec
{
    private readonly int[] _ordinals;
    private readonly DataType[] _types;
    private readonly string[] _names;
    private readonly int[] _offsets;
    private readonly int _nullBytes;
    private readonly int _variableColumns;

    /// <param name="schema">Columns of the batches to encode.</param>
    /// <param name="ordinals">The columns a row consists of, in its order; possibly none.</param>
    public RowCodec(Schema schema, IEnumerable<int> ordinals)
    {
        _ordinals = [.. ordinals];
        _types = [.. _ordinals.Select(o => schema[o].Type)];
        _names = [.. _ordinals.Select(o => schema[o].Name)];
        _offsets = new int[_types.Length];
        _nullBytes = (_types.Length + 7) / 8;
        FixedSize = _nullBytes;
        for (var i = 0; i < _types.Length; i++)
        {
            _offsets[i] = FixedSize;
            FixedSize += WidthOf(_types[i].Storage);
            _variableColumns += _types[i].Storage == StorageKind.Bytes ? 1 : 0;
        }
    }

    /// <summary>Ordinals of the columns in the batches that are encoded.</summary>
    public ReadOnlySpan<int> Ordinals => _ordinals;

    /// <summary>Bytes of a row without its variable part.</summary>
    public int FixedSize { get; }

    /// <summary>True when all rows have <see cref="FixedSize"/> bytes.</summary>
    public bool IsFixed => _variableColumns == 0;

    /// <summary>True when column <paramref name="column"/> of the row is null.</summary>
    public static bool IsNull(ReadOnlySpan<byte> row, int column) => (row[column >> 3] & (1 << (column & 7))) != 0;

    /// <summary>For messages: <c>id=7, name="Tea"</c>; long values are cut.</summary>
    public string Print(ReadOnlySpan<byte> row)
    {
        var parts = new string[_types.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = $"{_names[i]}={PrintValue(row, i)}";
        }

        return parts.Length == 0 ? "(no columns)" : string.Join(", ", parts);
    }

    private string PrintValue(ReadOnlySpan<byte> row, int column)
    {
        if (IsNull(row, column))
        {
            return "null";
        }

        var type = _types[column];
        var value = row[_offsets[column]..];
        return type.Storage switch
        {
            StorageKind.Byte => CellText.Of(value[0] != 0),
            StorageKind.Int32 => CellText.Of(type, MemoryMarshal.Read<int>(value)),
            StorageKind.Int64 => CellText.Of(type, MemoryMarshal.Read<long>(value)),
            StorageKind.Int128 => CellText.Of(type, MemoryMarshal.Read<Int128>(value)),
            StorageKind.Float32 => CellText.Of(MemoryMarshal.Read<float>(value)),
            StorageKind.Float64 => CellText.Of(MemoryMarshal.Read<double>(value)),
            _ => CellText.Of(type, BytesOf(row, column)),
        };
    }

    private ReadOnlySpan<byte> BytesOf(ReadOnlySpan<byte> row, int column)
    {
        var start = 0;
        for (var i = column - 1; i >= 0; i--)
        {
            if (_types[i].Storage == StorageKind.Bytes)
            {
                start = MemoryMarshal.Read<int>(row[_offsets[i]..]);
                break;
            }
        }

        return row[(FixedSize + start)..(FixedSize + MemoryMarshal.Read<int>(row[_offsets[column]..]))];
    }

    private static int WidthOf(StorageKind storage) => storage switch
    {
        StorageKind.Byte => 1,
        StorageKind.Int32 or StorageKind.Float32 or StorageKind.Bytes => 4,
        StorageKind.Int128 => 16,
        _ => 8,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int StartOf(ReadOnlySpan<int> ends, int row) => row == 0 ? 0 : ends[row - 1];
}
