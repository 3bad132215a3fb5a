using CdcLake.Columnar;

namespace CdcLake.Expressions.Functions;

/// <summary>Identifiers in their two forms: texts of 36 characters, and 16 bytes in the order of the text, as <c>UUID_TO_BIN(text)</c> makes them.</summary>
internal static class GuidFunctions
{
    private const int Bytes = 16;
    private const int Characters = 36;

    /// <summary>The text of 16 bytes: <c>BIN_TO_UUID(bytes)</c>; of another number of bytes it does not exist.</summary>
    public static readonly ScalarFunction Text = new("GuidText", [ArgumentRule.Binary], DataType.String, TextOf) { CanFail = true };

    private static FunctionOutcome TextOf(FunctionRow row)
    {
        var bytes = row.Text(0);
        if (bytes.Length != Bytes)
        {
            return FunctionOutcome.Overflow;
        }

        new Guid(bytes, bigEndian: true).TryFormat(row.PutText(Characters), out _, "D");
        return FunctionOutcome.Value;
    }
}
