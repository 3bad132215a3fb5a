using System.Globalization;

namespace CdcLake;

/// <summary>The MySQL server answered with an error packet, or the connection to it failed.</summary>
public sealed class MySqlServerException : CdcLakeException
{
    internal MySqlServerException(string message, int code = 0, string? sqlState = null, Exception? innerException = null)
        : base(code == 0 ? message : string.Create(CultureInfo.InvariantCulture, $"{message} (MySQL error {code}, SQLSTATE {sqlState ?? "HY000"})"), innerException)
    {
        Code = code;
        SqlState = sqlState;
    }

    /// <summary>MySQL error number, or 0 when the error is the connection's own (refused, reset, timed out).</summary>
    public int Code { get; }

    /// <summary>Five characters, or null when the server sent none.</summary>
    public string? SqlState { get; }
}
