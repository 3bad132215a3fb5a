using System.Globalization;
using System.Text;

namespace CdcLake.Columnar;

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

        var power = (UInt128)PowersOfTen.Of(scale);
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

    /// <summary>The same as a string.</summary>
    public static string Of(Int128 unscaled, int scale)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        return Encoding.ASCII.GetString(buffer[..Format(unscaled, scale, buffer)]);
    }
}
