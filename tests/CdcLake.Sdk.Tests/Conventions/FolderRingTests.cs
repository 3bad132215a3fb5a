namespace CdcLake.Tests.Conventions;

/// <summary>
/// Inside a folder its sub-folders are layers too: no two of them, nor one of them and the files beside it, know each other both ways. What the files of a folder are for its
/// sub-folders (their vocabulary, or what puts them together) is then plain: one of the two.
/// </summary>
public sealed class FolderRingTests
{
    /// <summary>Pairs that still know each other both ways; the list may only shrink.</summary>
    private static readonly string[] Known =
    [
    ];

    [Fact]
    public void No_two_folders_side_by_side_know_each_other_both_ways() => Rule.Holds(
        Rings(Edges()).Where(r => !Known.Contains(r.Pair)).Select(r => $"{r.Pair}: {r.There} and {r.Back}"),
        "Move the type that closes the ring to the folder that both may know.");

    [Fact]
    public void Known_rings_are_still_there() => Rule.Holds(Known.Except(Rings(Edges()).Select(r => r.Pair)), "It is gone: take it off the list of known ones in this file.");

    [Fact]
    public void Rule_objects_to_a_ring()
    {
        var rings = Rings([Edge("Iceberg/Writing", "Iceberg/Scanning"), Edge("Iceberg/Scanning/Rows", "Iceberg/Writing"), Edge("Iceberg/Index", "Iceberg/Writing"), Edge("Iceberg", "MySql/Wire")]);
        Assert.Equal("Iceberg/Scanning ↔ Iceberg/Writing", Assert.Single(rings).Pair);
        Assert.Equal("Iceberg (its files) ↔ Iceberg/Writing", Assert.Single(Rings([Edge("Iceberg", "Iceberg/Writing"), Edge("Iceberg/Writing/Files", "Iceberg")])).Pair);
    }

    private sealed record FolderEdge(string From, string To, string Text);

    private static FolderEdge Edge(string from, string to) => new(from, to, $"{from} → {to}");

    private static IEnumerable<FolderEdge> Edges()
    {
        var graph = TypeGraph.Sdk;
        return
            from type in graph.Types
            let folder = graph.FolderOf(type)
            where !IsFacade(type)
            from used in graph.UsesOf(type)
            where !IsFacade(used)
            select new FolderEdge(folder, graph.FolderOf(used), $"{type.Name} → {used.Name}");
    }

    // A connector's public types lie beside its engine room and stand on all of it.
    private static bool IsFacade(Type type) => FacadeTests.IsFacade(type);

    private static IEnumerable<(string Pair, string There, string Back)> Rings(IEnumerable<FolderEdge> edges)
    {
        var sides = edges.Select(e => (Sides: Sides(e.From, e.To), e.Text)).Where(e => e.Sides is not null).ToList();
        return
            from there in sides
            from back in sides
            where string.CompareOrdinal(there.Sides!.Value.From, there.Sides.Value.To) < 0 && back.Sides == (there.Sides.Value.To, there.Sides.Value.From)
            group (there.Text, Back: back.Text) by $"{there.Sides!.Value.From} ↔ {there.Sides.Value.To}" into ring
            orderby ring.Key
            select (ring.Key, ring.First().Text, ring.First().Back);
    }

    /// <summary>The two children of the lowest common folder; null where there is no common folder but the root, or one lies in the very same place as the other.</summary>
    private static (string From, string To)? Sides(string from, string to)
    {
        var (a, b) = (from.Split('/'), to.Split('/'));
        var common = a.Zip(b).TakeWhile(p => p.First == p.Second).Count();
        return common == 0 || from == to ? null : (Side(a, common), Side(b, common));
    }

    private static string Side(string[] path, int common) => path.Length == common ? string.Join('/', path) + " (its files)" : string.Join('/', path.Take(common + 1));
}
