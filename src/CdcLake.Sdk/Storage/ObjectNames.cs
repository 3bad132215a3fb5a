namespace CdcLake.Storage;

/// <summary>What may name an object below a root: levels separated by single slashes, none of them empty, <c>.</c> or <c>..</c>.</summary>
internal static class ObjectNames
{
    /// <param name="name">The name to look at.</param>
    /// <param name="notIn">Further characters that no level may have.</param>
    public static bool IsLegal(string name, string notIn = "")
    {
        foreach (var level in name.AsSpan().Split('/'))
        {
            var text = name.AsSpan(level);
            if (text.IsEmpty || text is "." or ".." || text.ContainsAny('\0', '\n', '\r') || text.ContainsAny(notIn))
            {
                return false;
            }
        }

        return true;
    }

    /// <exception cref="ObjectStoreException">The name is none.</exception>
    public static void Require(string name, string root, string notIn = "")
    {
        if (!IsLegal(name, notIn))
        {
            throw new ObjectStoreException(
                $"\"{name}\" cannot name a file below {root}: levels are separated by single slashes, none is empty, \".\" or \"..\". Choose another table name.");
        }
    }
}
