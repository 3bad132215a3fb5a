namespace CdcLake.Planning.Rewriting;

/// <summary>Names for columns that a rule adds.</summary>
/// <param name="taken">Those that are there.</param>
internal sealed class NewNames(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = taken.ToHashSet(StringComparer.Ordinal);

    /// <summary>The name, with marks behind it until nothing else has it.</summary>
    public string Of(string name)
    {
        while (!_taken.Add(name))
        {
            name += "'";
        }

        return name;
    }
}
