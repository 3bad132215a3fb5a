namespace CdcLake.MySql.Checks;

/// <summary>One result of a check.</summary>
/// <param name="Severity">An error keeps a pipeline from running.</param>
/// <param name="Code">Stable name: subject, dot, what it is about.</param>
/// <param name="Where">Host and port, or the table.</param>
/// <param name="What">The problem, without full stop.</param>
/// <param name="Why">Its consequence, without full stop.</param>
/// <param name="Fix">What to do, as a sentence or with the statement to run; null when there is nothing to do.</param>
internal sealed record Finding(MySqlFindingSeverity Severity, string Code, string Where, string What, string Why, string? Fix)
{
    public static Finding Error(string code, string where, string what, string why, string? fix) => new(MySqlFindingSeverity.Error, code, where, what, why, fix);

    public static Finding Warning(string code, string where, string what, string why, string? fix) => new(MySqlFindingSeverity.Warning, code, where, what, why, fix);

    public static Finding Information(string code, string where, string what, string why, string? fix = null) => new(MySqlFindingSeverity.Information, code, where, what, why, fix);

    /// <summary>For the list in an exception.</summary>
    public override string ToString() => $"{What} ({Why}).{(Fix is null ? "" : $" {Fix}")}";
}
