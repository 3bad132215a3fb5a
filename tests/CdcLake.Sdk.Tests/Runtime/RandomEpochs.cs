namespace CdcLake.Tests.Runtime;

/// <summary>Epochs of random changes, and what they leave.</summary>
internal static class RandomEpochs
{
    private const int Keys = 10;

    /// <summary>An epoch of up to five changes, each in a batch of its own.</summary>
    /// <param name="random">Chooses them.</param>
    /// <param name="model">The rows by key; follows.</param>
    public static ScriptedEpoch Next(Random random, SortedDictionary<int, long> model)
    {
        List<(object?[], int)> rows = [];
        for (var i = random.Next(6); i > 0; i--)
        {
            var id = random.Next(Keys);
            if (model.Remove(id, out var old))
            {
                rows.Add(([id, old], -1));
            }

            if (random.Next(3) > 0)
            {
                rows.Add(([id, model[id] = random.Next(5)], 1));
            }
        }

        return new ScriptedEpoch([.. rows.Select(r => new[] { r })]);
    }
}
