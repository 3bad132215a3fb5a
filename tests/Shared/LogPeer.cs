using System.Globalization;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Tests.Shared;

/// <summary>A MySQL server with a database of its own, as the contract of sources meets it: a real one, or the fake.</summary>
internal interface ILogPeer : IAsyncDisposable
{
    /// <summary>Name of the database.</summary>
    string Database { get; }

    MySqlConnectionOptions Options { get; }

    /// <summary>Creates a table; its first column is its key.</summary>
    Task CreateAsync(string table, string columns);

    /// <summary>Writes rows as one transaction.</summary>
    Task WriteAsync(params IReadOnlyList<RowWrite> writes);

    /// <summary>All transactions so far.</summary>
    Task<string> ExecutedAsync();

    /// <summary>Goes on in a new log file.</summary>
    Task RotateAsync();

    /// <summary>Removes all transactions so far from the log.</summary>
    Task PurgeAsync();

    /// <summary>Cuts the connections that read the log, of which there is at least one or will be.</summary>
    Task CutAsync();

    /// <summary>Starts the server anew.</summary>
    Task RestartAsync();
}

/// <summary>A row that is written: by an insert, by an update where <paramref name="Kind"/> is <c>u</c>, by a delete where it is <c>d</c>.</summary>
/// <param name="Kind">i, u or d.</param>
/// <param name="Table">Without its database.</param>
/// <param name="Values">By column, the key first.</param>
internal sealed record RowWrite(char Kind, string Table, params IReadOnlyList<(string Column, object? Value)> Values)
{
    public static RowWrite Insert(string table, params IReadOnlyList<(string Column, object? Value)> values) => new('i', table, values);

    public static RowWrite Update(string table, params IReadOnlyList<(string Column, object? Value)> values) => new('u', table, values);

    public static RowWrite Delete(string table, object key) => new('d', table, ("id", key));

    /// <summary>The statement of it.</summary>
    public string Sql => Kind switch
    {
        'i' => $"INSERT INTO {Table} ({string.Join(", ", Values.Select(v => v.Column))}) VALUES ({string.Join(", ", Values.Select(v => Literal(v.Value)))})",
        'u' => $"UPDATE {Table} SET {string.Join(", ", Values.Skip(1).Select(v => $"{v.Column} = {Literal(v.Value)}"))} WHERE {Values[0].Column} = {Literal(Values[0].Value)}",
        _ => $"DELETE FROM {Table} WHERE {Values[0].Column} = {Literal(Values[0].Value)}",
    };

    private static string Literal(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        string text => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
