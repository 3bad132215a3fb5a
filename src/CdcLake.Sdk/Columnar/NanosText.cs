using System.Globalization;

namespace CdcLake.Columnar;

/// <summary>Times in nanoseconds as text, which no .NET type holds: <c>2017-11-16T22:31:08.123456789</c>, instants with <c>+00:00</c> behind.</summary>
internal static class NanosText
{
    /// <summary>Most bytes of a time.</summary>
    public const int MaxLength = 48;

    private const long NanosPerSecond = 1_000_000_000;

    /// <returns>Bytes written.</returns>
    public static int Format(long value, bool isInstant, Span<byte> target)
    {
        var seconds = Math.DivRem(value, NanosPerSecond, out var nanos);
        if (nanos < 0)
        {
            seconds--;
            nanos += NanosPerSecond;
        }

        // Every 64-bit number of nanoseconds lies in the years 1677 to 2262.
        DateTime.UnixEpoch.AddSeconds(seconds).TryFormat(target, out var length, "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'", CultureInfo.InvariantCulture);
        nanos.TryFormat(target[length..], out var digits, "D9", CultureInfo.InvariantCulture);
        length += digits;
        if (isInstant)
        {
            "+00:00"u8.CopyTo(target[length..]);
            length += "+00:00".Length;
        }

        return length;
    }
}
