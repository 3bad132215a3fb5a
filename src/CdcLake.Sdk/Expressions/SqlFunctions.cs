using System.Diagnostics.CodeAnalysis;

namespace CdcLake;

/// <summary>SQL functions for lambdas that have no method of .NET. They are translated; called outside of a lambda they throw <see cref="NotSupportedException"/>.</summary>
public static class SqlFunctions
{
    /// <summary>
    /// <c>text LIKE pattern</c>, by the column's collation: <c>%</c> stands for any text, <c>_</c> for one character, and a backslash takes the character behind it as it is. Unknown where either
    /// is null.
    /// </summary>
    /// <param name="text">What is searched.</param>
    /// <param name="pattern">The pattern, a constant or a column.</param>
    /// <exception cref="NotSupportedException">Called outside of a pipeline's lambda.</exception>
    public static bool Like(string? text, string pattern) =>
        throw new NotSupportedException("SqlFunctions.Like stands for the engine's inside a pipeline's lambda and cannot be executed.");

    /// <summary>
    /// <c>BINARY text</c>: the same text, which compares, groups, joins and sorts by its UTF-8 bytes instead of the column's collation. Null where the text is.
    /// </summary>
    /// <param name="text">A text.</param>
    /// <exception cref="NotSupportedException">Called outside of a pipeline's lambda.</exception>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Binary(string? text) =>
        throw new NotSupportedException("SqlFunctions.Binary stands for the engine's inside a pipeline's lambda and cannot be executed.");

    /// <summary>
    /// <c>JSON_VALUE(json, path)</c>: a text without its quotes, a number or truth value as it is written, an object or array as JSON. Null where the path leads nowhere or to JSON's null, and, other
    /// than in MySQL, for text that is no JSON.
    /// </summary>
    /// <param name="json">A JSON column, or a text that holds JSON.</param>
    /// <param name="path">A constant of members and elements: <c>$.address.lines[0]</c>, <c>$."a b"</c>.</param>
    /// <exception cref="NotSupportedException">Called outside of a pipeline's lambda.</exception>
    public static string? JsonValue(string? json, string path) =>
        throw new NotSupportedException("SqlFunctions.JsonValue stands for the engine's inside a pipeline's lambda and cannot be executed.");

    /// <summary><c>FORMAT(value, digits)</c>: rounded half away from zero, with commas between thousands and a point before the fraction.</summary>
    /// <param name="value">A decimal or an integer; null gives null.</param>
    /// <param name="digits">Fractional digits, a constant of 0 to 30.</param>
    /// <exception cref="NotSupportedException">Called outside of a pipeline's lambda.</exception>
    [return: NotNullIfNotNull(nameof(value))]
    public static string? Format(decimal? value, int digits) =>
        throw new NotSupportedException("SqlFunctions.Format stands for the engine's inside a pipeline's lambda and cannot be executed.");

    /// <summary>
    /// Start of the window of a fixed size that a time is in: what <c>TUMBLE</c> groups by. Windows are counted from 1970-01-01 00:00, of TIMESTAMP in UTC. With the precision of whole seconds where the
    /// size has it.
    /// </summary>
    /// <typeparam name="T">DateTime or DateTimeOffset, possibly nullable.</typeparam>
    /// <param name="time">A time; null gives null.</param>
    /// <param name="size">A constant of at least a microsecond: <c>TimeSpan.FromMinutes(15)</c>.</param>
    /// <exception cref="NotSupportedException">Called outside of a pipeline's lambda.</exception>
    public static T WindowStart<T>(T time, TimeSpan size) =>
        throw new NotSupportedException("SqlFunctions.WindowStart stands for the engine's inside a pipeline's lambda and cannot be executed.");
}
