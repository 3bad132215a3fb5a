using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>Exact numbers as text: all digits of the scale, as MySQL prints a DECIMAL.</summary>
internal static class DecimalText
{
    /// <summary>Most bytes that <see cref="Format"/> writes.</summary>
    public const int MaxLength = 48;

    /// <returns>Bytes written.</returns>
    public static int Format(Int128 unscaled, int scale, Span<byte> target)
    {
        var written = 0;
        var magnitude = unscaled < 0 ? unchecked((UInt128)(-unscaled)) : (UInt128)unscaled;
        if (unscaled < 0)
        {
            target[written++] = (byte)'-';
        }

        var power = (UInt128)Binding.PowersOfTen.Of(scale);
        (magnitude / power).TryFormat(target[written..], out var digits, default, CultureInfo.InvariantCulture);
        written += digits;
        if (scale > 0)
        {
            target[written++] = (byte)'.';
            var fraction = magnitude % power;
            for (var i = scale - 1; i >= 0; i--)
            {
                (fraction, var digit) = UInt128.DivRem(fraction, 10);
                target[written + i] = (byte)('0' + (int)digit);
            }

            written += scale;
        }

        return written;
    }
}

/// <summary>Integers and decimals to their text.</summary>
internal sealed class FormatStep(int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var result = frame.OutputBytes(output);
        var column = frame[input];
        Span<byte> buffer = stackalloc byte[DecimalText.MaxLength];
        for (var i = 0; i < frame.Count; i++)
        {
            if (column.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            var value = column switch
            {
                FixedColumn<int> c => c.Values[i],
                FixedColumn<long> c => c.Values[i],
                FixedColumn<Int128> c => c.Values[i],
                _ => throw new InvalidOperationException($"No text for {column.Type}."),
            };
            var scale = column.Type.Kind == TypeKind.Decimal ? column.Type.Scale : 0;
            result.Append(buffer[..DecimalText.Format(value, scale, buffer)]);
        }
    }
}
