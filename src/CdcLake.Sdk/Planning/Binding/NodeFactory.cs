using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Planning.Binding;

/// <summary>Makes operators: gives unique names, computes fingerprints, and returns the same operator for the same meaning.</summary>
internal sealed class NodeFactory
{
    private readonly Dictionary<(Type Kind, string Fingerprint, Schema Schema), PlanNode> _known = [];
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly List<PlanNode> _nodes = [];

    /// <summary>In the order they were made: inputs first.</summary>
    public IReadOnlyList<PlanNode> Nodes => _nodes;

    public ConditionalWeakTable<PlanNode, string> Details { get; } = [];

    /// <summary>The operator, or the equal one made before.</summary>
    /// <param name="name">Kind and inputs; an ordinal is added where it is not unique.</param>
    /// <param name="schema">What it emits.</param>
    /// <param name="fingerprint">From <see cref="Hash"/>.</param>
    /// <param name="detail">What it computes, for people.</param>
    /// <param name="create">Makes it under its final name.</param>
    public T Add<T>(string name, Schema schema, string fingerprint, string detail, Func<string, T> create)
        where T : PlanNode
    {
        var identity = (typeof(T), fingerprint, schema);
        if (typeof(T) != typeof(SinkNode) && _known.TryGetValue(identity, out var known))
        {
            return (T)known;
        }

        var count = _names.GetValueOrDefault(name) + 1;
        _names[name] = count;
        var node = create(count == 1 ? name : $"{name}#{count}");
        _known[identity] = node;
        _nodes.Add(node);
        Details.Add(node, detail);
        return node;
    }

    /// <summary>16 hex digits over the parts, each delimited.</summary>
    public static string Hash(params IEnumerable<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts)
        {
            text.Append(part.Length).Append(':').Append(part).Append(';');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
