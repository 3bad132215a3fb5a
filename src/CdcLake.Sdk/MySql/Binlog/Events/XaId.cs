using System.Globalization;
using System.Text;

namespace CdcLake.MySql.Binlog.Events;

/// <summary>The name of an XA transaction: three parts, all of which count.</summary>
/// <param name="Format">Number that says how the other parts were made.</param>
/// <param name="Global">Global part, as hexadecimal digits in capitals.</param>
/// <param name="Branch">Branch, as hexadecimal digits in capitals.</param>
internal readonly record struct XaId(uint Format, string Global, string Branch)
{
    public static XaId Of(uint format, ReadOnlySpan<byte> global, ReadOnlySpan<byte> branch) => new(format, Convert.ToHexString(global), Convert.ToHexString(branch));

    /// <summary>A row of <c>XA RECOVER CONVERT XID</c>.</summary>
    /// <param name="format">formatID.</param>
    /// <param name="globalLength">gtrid_length in bytes.</param>
    /// <param name="branchLength">bqual_length in bytes.</param>
    /// <param name="data">data: 0x and the hexadecimal digits of both parts.</param>
    public static XaId FromRecover(uint format, int globalLength, int branchLength, string data)
    {
        var digits = data.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? data[2..].ToUpperInvariant() : data.ToUpperInvariant();
        return digits.Length == 2 * (globalLength + branchLength)
            ? new XaId(format, digits[..(2 * globalLength)], digits[(2 * globalLength)..])
            : throw new ArgumentException($"\"{data}\" does not have {globalLength} and {branchLength} bytes.", nameof(data));
    }

    /// <summary>A row of MariaDB's <c>XA RECOVER FORMAT='SQL'</c>.</summary>
    /// <param name="format">formatID.</param>
    /// <param name="data">data: literals of both parts, of text or of hexadecimal digits, where the second is left out when it is empty: <c>'a'</c>, <c>'a','b',7</c>, <c>X'61',X'62',7</c>.</param>
    /// <exception cref="ArgumentException">It is none of these.</exception>
    public static XaId FromSql(uint format, string data)
    {
        var parts = data.Split('\'');
        return parts.Length is 3 or 5
            ? new XaId(format, Digits(parts[0], parts[1]), parts.Length == 5 ? Digits(parts[2], parts[3]) : "")
            : throw new ArgumentException($"\"{data}\" is no name of an XA transaction.", nameof(data));

        static string Digits(string before, string literal) =>
            before.EndsWith('X') ? literal.ToUpperInvariant() : Convert.ToHexString(Encoding.Latin1.GetBytes(literal));
    }

    /// <summary>As the server writes it into the log.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"X'{Global}',X'{Branch}',{Format}");
}
