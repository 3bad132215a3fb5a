namespace CdcLake.Columnar.Collations;

// PAD SPACE compares texts as if spaces without end followed them. In keys each space says what follows the run of spaces that it is in:
//
//   space 1          something below a space
//   space 2          the end; there is one such in every key, and spaces before it are left out
//   space 3          something above a space
//
// So "a\t" < "a" = "a  " < "a b" < "ab" have keys in this order.

/// <summary>Spaces that wait for what follows them, while a key is written under PAD SPACE.</summary>
/// <param name="space">Code of a space in the key.</param>
internal struct SpacePadding(byte space)
{
    private const byte BeforeSmaller = 1;
    private const byte AtEnd = 2;
    private const byte BeforeGreater = 3;

    private int _waiting;

    /// <summary>One more space.</summary>
    public void Add() => _waiting++;

    /// <summary>Writes the spaces that something follows.</summary>
    /// <param name="key">The key.</param>
    /// <param name="next">First byte of what follows; no space.</param>
    public void Flush(KeyBuffer key, byte next)
    {
        for (; _waiting > 0; _waiting--)
        {
            key.Append([space, next < space ? BeforeSmaller : BeforeGreater]);
        }
    }

    /// <summary>Ends the key.</summary>
    public readonly void End(KeyBuffer key) => key.Append([space, AtEnd]);
}
