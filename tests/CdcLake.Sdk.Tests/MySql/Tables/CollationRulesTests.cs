using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class CollationRulesTests
{
    private const KeyRules Ascii = KeyRules.PrintableAsciiOnly;
    private const KeyRules NoCase = Ascii | KeyRules.IgnoresCase;

    [Theory]
    [InlineData(null, KeyRules.Exact)]
    [InlineData("binary", KeyRules.Exact)]
    [InlineData("utf8mb4_0900_bin", KeyRules.Exact)]
    [InlineData("utf8mb4_nopad_bin", KeyRules.Exact)]
    [InlineData("utf8mb4_bin", KeyRules.IgnoresPadding)]
    [InlineData("latin1_bin", KeyRules.IgnoresPadding)]
    [InlineData("utf8mb4_0900_ai_ci", NoCase)]
    [InlineData("utf8mb4_0900_as_cs", Ascii)]
    [InlineData("utf8mb3_general_ci", NoCase | KeyRules.IgnoresPadding)]
    [InlineData("latin1_swedish_ci", NoCase | KeyRules.IgnoresPadding)]
    [InlineData("utf8mb4_uca1400_ai_ci", NoCase | KeyRules.IgnoresPadding)]
    [InlineData("utf8mb4_uca1400_nopad_ai_ci", NoCase)]
    [InlineData("utf8mb4_tr_0900_ai_ci", null)]
    [InlineData("utf8mb4_turkish_ci", null)]
    [InlineData("latin1_danish_ci", null)]
    public void Rules_are_those_of_the_collation_or_unknown(string? collation, object? rules) => Assert.Equal((KeyRules?)rules, CollationRules.Of(collation));
}
