namespace CdcLake.Tests.Conventions;

/// <summary>How a convention test reports: all violations at once, and what to do about them.</summary>
internal static class Rule
{
    /// <summary>Fails with one line per violation when there is any.</summary>
    public static void Holds(IEnumerable<string> violations, string whatToDo)
    {
        var found = violations.ToList();
        if (found.Count > 0)
        {
            Assert.Fail($"{found.Count} violation(s). {whatToDo}\n  {string.Join("\n  ", found)}");
        }
    }

    /// <summary>The rule must object to a sample that breaks it: exactly one violation, which mentions <paramref name="mention"/>.</summary>
    public static void Objects(IEnumerable<string> violations, string mention) =>
        Assert.Contains(mention, Assert.Single(violations), StringComparison.Ordinal);
}
