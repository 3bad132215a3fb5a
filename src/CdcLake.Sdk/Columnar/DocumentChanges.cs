using System.Buffers.Text;

namespace CdcLake.Columnar;

// Changes to a document are a document themselves, an array with three entries for each change, in their order:
//
//   number   0 replace, 1 insert, 2 remove
//   array    the way from the root: a text leads to a member, a number to an element; negative ones count from behind, -1 is the last
//   any      the new value; null for remove

/// <summary>Changes that a source logs instead of a document, applied to the text that the document had before.</summary>
internal static class DocumentChanges
{
    public const int Replace = 0;
    public const int Insert = 1;
    public const int Remove = 2;

    /// <summary>Appends the changed document to a column.</summary>
    /// <param name="document">As it was printed before.</param>
    /// <param name="changes">What changes it.</param>
    /// <param name="target">Grows by one row.</param>
    /// <param name="space">Room to work in.</param>
    /// <returns>False where they do not fit each other; nothing is appended then.</returns>
    public static bool TryApply(ReadOnlySpan<byte> document, ReadOnlySpan<byte> changes, BytesColumn target, JsonText space)
    {
        var root = JsonTextNode.TryParse(document);
        if (root is null || JsonTextNode.TryParse(changes) is not { IsArray: true } all || all.Items.Count % 3 != 0)
        {
            return false;
        }

        for (var i = 0; i < all.Items.Count; i += 3)
        {
            var (steps, value) = (all.Items[i + 1].Items, all.Items[i + 2]);
            if (!TryReadNumber(all.Items[i], out var operation) || !TryChange(ref root, operation, steps, value))
            {
                return false;
            }
        }

        space.Trim();
        root.Write(space);
        target.Append(space.Written);
        return true;
    }

    private static bool TryChange(ref JsonTextNode root, int operation, List<JsonTextNode> steps, JsonTextNode value)
    {
        if (steps.Count == 0)
        {
            root = value;
            return operation == Replace;
        }

        var parent = root;
        for (var i = 0; i < steps.Count - 1; i++)
        {
            var at = Locate(parent, steps[i]);
            if (at < 0)
            {
                return false;
            }

            parent = parent.Items[at];
        }

        return TryChange(parent, operation, steps[^1], value);
    }

    private static bool TryChange(JsonTextNode parent, int operation, JsonTextNode step, JsonTextNode value)
    {
        var at = Locate(parent, step);
        switch (operation)
        {
            case Replace when at >= 0:
                parent.Items[at] = value;
                return true;
            case Remove when at >= 0:
                parent.Items.RemoveAt(at);
                if (parent.IsObject)
                {
                    parent.Keys.RemoveAt(at);
                }

                return true;
            case Insert when parent.IsArray && TryReadNumber(step, out var index):
                parent.Items.Insert(Math.Clamp(index < 0 ? parent.Items.Count + index : index, 0, parent.Items.Count), value);
                return true;
            case Insert when parent.IsObject && IsMember(step) && at < 0:
                parent.Keys.Insert(~at, step.Scalar[1..^1]);
                parent.Items.Insert(~at, value);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Where a step leads; negative when there is nothing.</summary>
    private static int Locate(JsonTextNode node, JsonTextNode step)
    {
        if (IsMember(step))
        {
            return node.IsObject ? node.Find(step.Scalar.AsSpan(1..^1)) : -1;
        }

        if (!node.IsArray || !TryReadNumber(step, out var index))
        {
            return -1;
        }

        index = index < 0 ? node.Items.Count + index : index;
        return index < node.Items.Count ? index : -1;
    }

    private static bool IsMember(JsonTextNode step) => step.Scalar.Length > 0 && step.Scalar[0] == '"';

    private static bool TryReadNumber(JsonTextNode node, out int number) => Utf8Parser.TryParse(node.Scalar, out number, out var read) && read == node.Scalar.Length && read > 0;
}
