namespace CdcLake;

/// <summary>What a column of MySQL's type JSON becomes in an Iceberg table.</summary>
public enum IcebergJsonType
{
    /// <summary><c>string</c>: the text that the server prints. Every reader knows it.</summary>
    Text = 0,

    /// <summary>
    /// <c>variant</c>: the document in binary form, in which readers find a field without parsing. Needs format version 3, in which deletion vectors take the place of position deletes, and readers that know the type (Spark 4.1, Trino 481; StarRocks and
    /// Flink SQL have none). Numbers keep their digits: whole ones are integers, those with a fraction decimals, those with an exponent doubles, as in Spark's <c>parse_json</c>. What JSON has no type
    /// for, dates in a document for example, is the text that the server prints, from the log as from a snapshot. Numbers of more than 38 digits are text too, as columns of such decimals are. <see cref="IcebergTable"/> reads all of it back as the server's text, byte by byte, such numbers with quotes around them.
    /// </summary>
    Variant = 1,
}
