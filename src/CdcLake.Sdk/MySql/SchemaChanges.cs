namespace CdcLake;

/// <summary>What becomes of statements that change a captured table itself: <c>ALTER</c>, <c>TRUNCATE</c>, <c>DROP</c> and <c>CREATE</c>, <c>RENAME</c>, and partitions that lose rows.</summary>
public enum SchemaChanges
{
    /// <summary>
    /// What nobody reads passes. Where whole tables are written as they are, columns that are added without a default, dropped, renamed, moved or widened are followed in place. After any other change of columns or rows that are read the pipeline commits what came before it, describes its tables anew, and reads them
    /// anew while writers go on; one commit then gives the targets their new columns and rows. It ends with an error where its lambdas do not fit the table any more.
    /// </summary>
    Follow,

    /// <summary>What nobody reads passes; a change of columns or rows that are read ends the pipeline with an error.</summary>
    IgnoreUnread,
}
