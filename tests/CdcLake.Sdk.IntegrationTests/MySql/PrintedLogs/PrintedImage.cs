namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>A row image as <c>mysqlbinlog -vv</c> prints it.</summary>
/// <param name="Table">Of the one database.</param>
/// <param name="Weight">−1 of what a row was, +1 of what it is.</param>
/// <param name="Values">One per column.</param>
internal sealed record PrintedImage(string Table, int Weight, List<PrintedValue> Values);

/// <summary>A value of one.</summary>
/// <param name="Type">Of the comment behind it, without the rest of that: <c>DECIMAL(20,5)</c>.</param>
/// <param name="Text">What stands there, each byte as a character; null for NULL.</param>
internal readonly record struct PrintedValue(string Type, string? Text);
