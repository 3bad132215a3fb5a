namespace CdcLake.IntegrationTests.Browser;

/// <summary>Pictures for people, where a folder is asked for by CDCLAKE_SCREENSHOTS; the README's is one of them.</summary>
internal static class Screenshots
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("CDCLAKE_SCREENSHOTS");

    public static async Task SaveAsync(Visit visit, string name)
    {
        if (!string.IsNullOrEmpty(Folder))
        {
            await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, name + ".png") });
        }
    }
}
