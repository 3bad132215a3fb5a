using System.Text;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Variants;

/// <summary>Documents as they come back from variants: as they were, but for numbers that are text there (<see cref="JsonNumbers"/>).</summary>
internal static class HeldDocuments
{
    /// <summary>What comes back, which the caller owns; null where all of it is as it was.</summary>
    /// <param name="documents">As the source has them.</param>
    public static BytesColumn? Of(BytesColumn documents)
    {
        var others = Enumerable.Range(0, documents.Count).Where(row => !documents.IsNull(row) && JsonNumbers.HasOneAsText(documents[row])).ToHashSet();
        if (others.Count == 0)
        {
            return null;
        }

        using var variants = new JsonVariants("");
        using var printer = new VariantPrinter();
        var held = new BytesColumn(documents.Type);
        for (var row = 0; row < documents.Count; row++)
        {
            if (others.Contains(row))
            {
                variants.Encode(documents[row]);
                held.Append(printer.Print(new VariantNames(variants.Metadata), variants.Value));
            }
            else
            {
                held.AppendFrom(documents, row);
            }
        }

        return held;
    }

    /// <summary>The first text in documents which may have been such a number; null where there is none.</summary>
    /// <param name="documents">As they came back.</param>
    public static string? FirstPossibleNumber(BytesColumn documents)
    {
        for (var row = 0; row < documents.Count; row++)
        {
            if (!documents.IsNull(row) && JsonNumbers.MayHaveHadOne(documents[row], out var text))
            {
                return Encoding.UTF8.GetString(text);
            }
        }

        return null;
    }
}
