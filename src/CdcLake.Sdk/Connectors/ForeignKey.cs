namespace CdcLake.Connectors;

/// <summary>A foreign key by which changes of one table change rows of another one, of which the source's log says nothing.</summary>
/// <param name="Name">Of the constraint.</param>
/// <param name="Parent">Qualified name of the table that is referred to; it is described too.</param>
/// <param name="Columns">Ordinals of the referring columns in the table that has the key.</param>
/// <param name="ParentColumns">Ordinals of the columns that they refer to, pairwise of the same types.</param>
/// <param name="Rules">For each pair, when two values are the same to the source.</param>
/// <param name="OnDelete">What becomes of rows whose parent is deleted.</param>
/// <param name="OnUpdate">What becomes of rows whose parent gets other values in <paramref name="ParentColumns"/>.</param>
internal sealed record ForeignKey(
    string Name, string Parent, IReadOnlyList<int> Columns, IReadOnlyList<int> ParentColumns, IReadOnlyList<KeyRules> Rules, ReferentialAction OnDelete, ReferentialAction OnUpdate)
{
    /// <summary>Ordinals of columns that the source computes from <see cref="Columns"/>, and anew when these change.</summary>
    public IReadOnlyList<int> Computed { get; init; } = [];

    /// <summary>For people: <c>on delete cascade</c>.</summary>
    public string Actions => string.Join(' ', new[] { Print("delete", OnDelete), Print("update", OnUpdate) }.Where(a => a.Length > 0));

    private static string Print(string what, ReferentialAction action) => action switch
    {
        ReferentialAction.Cascade => $"on {what} cascade",
        ReferentialAction.SetNull => $"on {what} set null",
        _ => "",
    };
}

/// <summary>What a foreign key does with the rows that refer to a changed one.</summary>
internal enum ReferentialAction
{
    /// <summary>Nothing: such a change is refused while there are any.</summary>
    None,

    /// <summary>They go along: deleted, or given the new values.</summary>
    Cascade,

    /// <summary>They refer to nothing afterwards.</summary>
    SetNull,
}

/// <summary>When two values of a key are the same although their bytes differ.</summary>
[Flags]
internal enum KeyRules
{
    /// <summary>Never.</summary>
    Exact = 0,

    /// <summary>Spaces at the end do not count.</summary>
    IgnoresPadding = 1,

    /// <summary>The case of letters does not count.</summary>
    IgnoresCase = 2,

    /// <summary>Known for printable ASCII only: what else the source takes for the same cannot be told.</summary>
    PrintableAsciiOnly = 4,
}

/// <summary>A foreign key between two inputs of an operator.</summary>
/// <param name="Key">What it does.</param>
/// <param name="Child">The input whose rows refer.</param>
/// <param name="Parent">The input that is referred to; possibly the same.</param>
/// <param name="ChildColumns">The referring columns among those of <paramref name="Child"/>.</param>
/// <param name="ParentColumns">The columns that they refer to among those of <paramref name="Parent"/>.</param>
internal sealed record ForeignKeyLink(ForeignKey Key, int Child, int Parent, IReadOnlyList<int> ChildColumns, IReadOnlyList<int> ParentColumns);
