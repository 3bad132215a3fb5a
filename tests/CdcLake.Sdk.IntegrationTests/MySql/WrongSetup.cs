using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Something that is wrong with a server, an account or a table, and what has to be said of it.</summary>
/// <param name="Name">For the list of tests.</param>
/// <param name="Code">Code of the finding.</param>
/// <param name="Severity">Its severity.</param>
internal sealed record WrongSetup(string Name, string Code, MySqlFindingSeverity Severity)
{
    /// <summary>Statements that make it so; <c>{db}</c> and <c>{account}</c> stand for the test's own.</summary>
    public string[] Arrange { get; init; } = [];

    /// <summary>Statements that put the server right again.</summary>
    public string[] Restore { get; init; } = [];

    /// <summary>A statement of another session that stays open.</summary>
    public string? Session { get; init; }

    /// <summary>The table to capture.</summary>
    public string Table { get; init; } = "{db}.t";

    /// <summary>In the problem.</summary>
    public required string What { get; init; }

    /// <summary>In the reason.</summary>
    public required string Why { get; init; }

    /// <summary>In what to do; null when there is nothing.</summary>
    public string? Fix { get; init; }

    public override string ToString() => Name;

    /// <summary>One with another value of a global variable.</summary>
    public static WrongSetup Variable(string name, string wrong, string right, MySqlFindingSeverity severity, string what, string why, string? fix) =>
        new($"{name}={wrong}", $"setting.{name}", severity) { Arrange = [$"SET GLOBAL {name}={wrong}"], Restore = [$"SET GLOBAL {name}={right}"], What = what, Why = why, Fix = fix };

    public static string Fill(string text, MySqlDatabase database) => text.Replace("{db}", database.Name, StringComparison.Ordinal).Replace("{account}", database.QuotedAccount, StringComparison.Ordinal);
}
