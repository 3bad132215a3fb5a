using System.Buffers.Binary;
using System.Text;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>A value of a condition as a file stores it, which its Bloom filters are about.</summary>
internal static class StoredValue
{
    /// <summary>False where it is not certain how a value is stored: of floating-point numbers (two zeros, many NaNs), and of units and containers that others than Iceberg's writers use.</summary>
    /// <param name="value">The value.</param>
    /// <param name="leaf">The column of the file.</param>
    /// <param name="plain">Its PLAIN bytes without length; null: the column cannot hold it.</param>
    public static bool TryEncode(FilterValue value, SchemaLeaf leaf, out byte[]? plain)
    {
        plain = null;
        switch (leaf.Physical, leaf.Annotation.Kind)
        {
            case (PhysicalType.ByteArray, AnnotationKind.Text or AnnotationKind.None) when value.Bytes is { } bytes:
                plain = bytes;
                return true;
            case (PhysicalType.FixedLenByteArray, AnnotationKind.Uuid) when value.Bytes is { } text:
                plain = Guid.TryParse(Encoding.UTF8.GetString(text), out var id) ? id.ToByteArray(bigEndian: true) : null;
                return plain is not null;
            case (PhysicalType.Int32 or PhysicalType.Int64, _) when IsPlainNumber(leaf.Annotation) && value.Bytes is null:
                if (value.At(leaf.Annotation.Kind == AnnotationKind.Decimal ? (byte)leaf.Annotation.Scale : (byte)0) is not { } number)
                {
                    return false;
                }

                plain = leaf.Physical == PhysicalType.Int32 ? Int32(number) : Int64(number);
                return true;
            default:
                return false;
        }
    }

    private static bool IsPlainNumber(Annotation annotation) => annotation.Kind switch
    {
        AnnotationKind.None or AnnotationKind.Date or AnnotationKind.Decimal => true,
        AnnotationKind.Integer => annotation.IsSigned,
        AnnotationKind.Time or AnnotationKind.Timestamp => annotation.Unit == TimeUnit.Micros,
        _ => false,
    };

    private static byte[]? Int32(Int128 value)
    {
        if (value < int.MinValue || value > int.MaxValue)
        {
            return null;
        }

        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value);
        return bytes;
    }

    private static byte[]? Int64(Int128 value)
    {
        if (value < long.MinValue || value > long.MaxValue)
        {
            return null;
        }

        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value);
        return bytes;
    }
}
