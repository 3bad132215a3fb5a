namespace CdcLake.Tests.Snippets;

/// <summary>A function of an application, as the README calls one.</summary>
internal static class Zones
{
    public static int Of(string postCode) => postCode.Length == 0 ? 0 : postCode[0] - '0';
}
